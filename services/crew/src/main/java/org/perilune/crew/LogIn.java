package org.perilune.crew;

import java.security.SecureRandom;
import java.util.Base64;
import java.util.Optional;
import org.perilune.chassis.http.ClientAddress;
import org.perilune.chassis.runtime.ServiceException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** From a name and a password to a session. Its answers and their timing do not tell which of the two was wrong. */
final class LogIn {
    private static final Logger LOG = LoggerFactory.getLogger(LogIn.class);
    private static final int SECRET_BYTES = 32;

    private final PersonStore people;
    private final SessionStore sessions;
    private final PasswordHasher hasher;
    private final GuessLimiter limiter;
    private final Refusals refusals;
    private final CrewMeters meters;
    private final SecureRandom random = new SecureRandom();

    LogIn(
            PersonStore people,
            SessionStore sessions,
            PasswordHasher hasher,
            GuessLimiter limiter,
            Refusals refusals,
            CrewMeters meters) {
        this.people = people;
        this.sessions = sessions;
        this.hasher = hasher;
        this.limiter = limiter;
        this.refusals = refusals;
        this.meters = meters;
    }

    record Opened(String secret, String session, Person person) {
        @Override
        public String toString() {
            return "Opened[" + person.name() + "]";
        }
    }

    /** @throws ServiceException.Unauthenticated whatever of the two was wrong */
    Opened logIn(String typedName, String password, ClientAddress client) {
        Optional<String> name = PersonName.typed(typedName);
        GuessLimiter.Try charged = begin(name.orElse(GuessLimiter.NOBODY), client);
        Optional<Person> known;
        Optional<Opened> opened;
        try {
            known = name.flatMap(people::byName);
            opened = known.isPresent() ? compare(known.get(), password) : nobody(password);
        } catch (RuntimeException ours) {
            charged.withdrawn();
            throw ours;
        }
        if (opened.isEmpty()) {
            meters.refused.increment();
            known.map(Person::name).ifPresent(refusals::note);
            // What was typed may be a password in the wrong field: only names of real people are logged.
            LOG.info("A log-in was refused [name: {}]", known.map(Person::name).orElse("unknown"));
            throw new ServiceException.Unauthenticated("The name or the password is wrong");
        }
        charged.succeeded();
        meters.accepted.increment();
        LOG.info("Logged in [name: {}]", opened.get().person().name());
        return opened.get();
    }

    private GuessLimiter.Try begin(String name, ClientAddress client) {
        try {
            return limiter.begin(name, client);
        } catch (ServiceException.TooMany slowDown) {
            meters.slowedDown.increment();
            throw slowDown;
        }
    }

    private Optional<Opened> nobody(String password) {
        hasher.matchNobody(password);
        return Optional.empty();
    }

    private Optional<Opened> compare(Person person, String password) {
        if (!hasher.matches(password, person.passwordHash()) || person.disabled()) {
            return Optional.empty();
        }
        String secret = secret();
        Optional<String> session = sessions.open(secret, person);
        if (session.isEmpty()) {
            return Optional.empty();
        }
        if (hasher.outdated(person.passwordHash())) {
            people.rehash(person.name(), person.passwordHash(), hasher.hash(password));
        }
        return session.map(id -> new Opened(secret, id, person));
    }

    private String secret() {
        var secret = new byte[SECRET_BYTES];
        random.nextBytes(secret);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(secret);
    }
}
