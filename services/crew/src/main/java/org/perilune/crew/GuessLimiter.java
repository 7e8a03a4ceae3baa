package org.perilune.crew;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.perilune.chassis.http.ClientAddress;
import org.perilune.chassis.runtime.ServiceException;

/**
 * Makes guessing slow without locking anybody out. An account has five free tries from one network; from then on each
 * one costs a wait that doubles from 1 s to 5 min. An address has twenty tries a minute. Tries are charged before the
 * password is looked at, so that many at once gain nothing, and given back when the password was right.
 *
 * <p>Kept in memory, for each copy of crew by itself, and bounded: by how many, and each by its length. What cannot be an
 * account's name counts as {@link #NOBODY}. Safe for threads.
 */
final class GuessLimiter {
    /** Whom everything counts for that cannot be an account. */
    static final String NOBODY = "?";

    static final int FREE_TRIES = 5;
    static final int TRIES_A_MINUTE = 20;
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(5);
    private static final Duration FORGOTTEN_AFTER = Duration.ofHours(1);
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final int ENTRIES = 30_000;
    private static final int LONGEST_ACCOUNT = 128;

    private final Cache<AccountKey, Account> accounts;
    private final Cache<String, Window> addresses;
    private final Clock clock;

    GuessLimiter(Clock clock) {
        this.clock = clock;
        Ticker ticker = () -> clock.millis() * 1_000_000;
        this.accounts = Caffeine.newBuilder()
                .maximumSize(ENTRIES)
                .expireAfterWrite(FORGOTTEN_AFTER)
                .ticker(ticker)
                .build();
        this.addresses = Caffeine.newBuilder()
                .maximumSize(ENTRIES)
                .expireAfterWrite(MINUTE.multipliedBy(2))
                .ticker(ticker)
                .build();
    }

    private record AccountKey(String account, String network) {}

    private record Account(int tries, Instant notBefore) {}

    private record Window(Instant began, int tries) {}

    /** One try, already charged. */
    final class Try {
        private final AccountKey key;
        private final String address;

        private Try(AccountKey key, String address) {
            this.key = key;
            this.address = address;
        }

        /** The password was right: whoever knows it is not guessing. */
        void succeeded() {
            accounts.invalidate(key);
            giveBackAddress(address);
        }

        /** The password was not even looked at. */
        void withdrawn() {
            accounts.asMap().computeIfPresent(key, (ignored, account) -> charged(account.tries() - 1));
            giveBackAddress(address);
        }
    }

    /**
     * @param account of a form that accounts have, or {@link #NOBODY}
     * @throws ServiceException.TooMany with the time to wait; the try is not charged then
     */
    Try begin(String account, ClientAddress client) {
        if (account.length() > LONGEST_ACCOUNT) {
            throw new IllegalArgumentException("Whoever asks checks the account's form first; it is kept here");
        }
        Instant now = clock.instant();
        var key = new AccountKey(account, client.network());
        chargeAddress(client.address(), now);
        accounts.asMap().compute(key, (ignored, known) -> {
            if (known != null && now.isBefore(known.notBefore())) {
                giveBackAddress(client.address());
                throw tooMany(Duration.between(now, known.notBefore()));
            }
            return charged(known == null ? 1 : known.tries() + 1);
        });
        return new Try(key, client.address());
    }

    private Account charged(int tries) {
        return new Account(tries, clock.instant().plus(waitAfter(tries)));
    }

    static Duration waitAfter(int tries) {
        if (tries < FREE_TRIES) {
            return Duration.ZERO;
        }
        Duration wait = Duration.ofSeconds(1L << Math.min(tries - FREE_TRIES, 20));
        return wait.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : wait;
    }

    private void chargeAddress(String address, Instant now) {
        addresses.asMap().compute(address, (ignored, known) -> {
            if (known == null || !now.isBefore(known.began().plus(MINUTE))) {
                return new Window(now, 1);
            }
            if (known.tries() >= TRIES_A_MINUTE) {
                throw tooMany(Duration.between(now, known.began().plus(MINUTE)));
            }
            return new Window(known.began(), known.tries() + 1);
        });
    }

    private void giveBackAddress(String address) {
        addresses
                .asMap()
                .computeIfPresent(
                        address, (ignored, known) -> new Window(known.began(), Math.max(0, known.tries() - 1)));
    }

    /** How many accounts it remembers tries of. */
    long remembered() {
        accounts.cleanUp();
        return accounts.estimatedSize();
    }

    private static ServiceException.TooMany tooMany(Duration wait) {
        // Whole seconds, rounded up: who comes back on time is let in.
        Duration whole = Duration.ofSeconds(wait.plusMillis(999).toSeconds());
        return new ServiceException.TooMany(
                "Too many tries to log in. Try again in " + whole.toSeconds() + " s", whole);
    }
}
