package org.perilune.crew;

import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.proc.SecurityContext;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.perilune.chassis.runtime.ServiceException;

/**
 * The keys in memory, so that tokens are made and checked while PostgreSQL is away. A key signs for 30 days. Its
 * successor is published all that time before it signs, so that no verifier ever meets an unknown one. Safe for
 * threads.
 */
final class KeyRing {
    static final Duration LIFE = Duration.ofDays(30);

    /** After its successor began: much longer than any token lives. */
    static final Duration RETENTION = Duration.ofHours(1);

    private final SigningKeyStore store;
    private final Clock clock;
    private volatile List<SigningKey> keys = List.of();

    KeyRing(SigningKeyStore store, Clock clock) {
        this.store = store;
        this.clock = clock;
    }

    /** Reads the keys, and makes those that are due. */
    void refresh() {
        keys = List.copyOf(store.maintain(clock.instant(), LIFE, RETENTION));
    }

    /** @throws ServiceException.Unavailable if the keys were never read */
    SigningKey signing() {
        Instant now = clock.instant();
        List<SigningKey> known = keys;
        return known.reversed().stream()
                .filter(key -> !key.signsFrom().isAfter(now))
                .findFirst()
                .orElseThrow(() -> new ServiceException.Unavailable(
                        "No tokens yet: the signing keys are in PostgreSQL, which did not answer since the start",
                        null));
    }

    /** Without private parts. */
    JWKSet published() {
        return new JWKSet(
                keys.stream().map(key -> (JWK) key.jwk().toPublicJWK()).toList());
    }

    JWKSource<SecurityContext> source() {
        return (selector, context) -> selector.select(published());
    }

    Optional<String> problem() {
        return keys.isEmpty() ? Optional.of("The signing keys are not read yet") : Optional.empty();
    }
}
