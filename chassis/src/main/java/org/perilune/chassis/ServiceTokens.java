package org.perilune.chassis;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** A service's own token, asked of crew when it is first needed and again before it expires. Safe for threads. */
public final class ServiceTokens implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    /** Renewed so long before its end that it does not expire on the way. */
    private static final Duration RESERVE = Duration.ofMinutes(1);

    private final ServiceClient crew;
    private final String service;
    private final Secret secret;
    private final Clock clock;
    private final ReentrantLock lock = new ReentrantLock();
    private volatile @Nullable Token token;

    private record Token(String value, Instant renew) {}

    private record Answer(
            @JsonProperty("access_token") String accessToken,
            @JsonProperty("expires_in") long expiresIn) {}

    private ServiceTokens(ServiceClient crew, String service, Secret secret, Clock clock) {
        this.crew = crew;
        this.service = service;
        this.secret = secret;
        this.clock = clock;
    }

    /** @param service one of {@code Topology.TOKENS}, with the secret that crew knows it by */
    public static ServiceTokens open(String service, Secret secret, URI crew, Clock clock) {
        return new ServiceTokens(ServiceClient.open("crew", crew, TIMEOUT), service, secret, clock);
    }

    /**
     * A token that holds for a minute at least, as {@link ServiceClient} takes it.
     *
     * @throws ServiceException.Unavailable if crew does not answer
     */
    public Optional<String> token() {
        Token known = token;
        if (known == null || clock.instant().isAfter(known.renew)) {
            known = renew();
        }
        return Optional.of(known.value);
    }

    private Token renew() {
        lock.lock();
        try {
            Token known = token;
            Instant now = clock.instant();
            if (known != null && now.isBefore(known.renew)) {
                return known;
            }
            var request = Map.of("client", Principal.SERVICE + service, "secret", secret.reveal());
            Answer answer = crew.post("/tokens", Optional.empty(), request, Answer.class);
            var fresh = new Token(
                    answer.accessToken(), now.plusSeconds(answer.expiresIn()).minus(RESERVE));
            token = fresh;
            return fresh;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        crew.close();
    }
}
