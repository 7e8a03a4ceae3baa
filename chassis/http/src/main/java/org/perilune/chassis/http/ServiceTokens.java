package org.perilune.chassis.http;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.chassis.settings.Secret;
import org.perilune.chassis.tls.TlsConfig;

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

    /** A renewal that failed is not tried again for so long while the token still holds. */
    private static final Duration PAUSE = Duration.ofSeconds(5);

    private record Token(String value, Instant renew, Instant expires) {
        boolean holdsAt(Instant now) {
            return now.isBefore(expires);
        }

        Token renewedAt(Instant later) {
            return new Token(value, later, expires);
        }
    }

    @JsonIgnoreProperties(ignoreUnknown = true)
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
        return open(service, secret, crew, HttpTls.OFF.calls(), clock);
    }

    /** @param tls of an address of crew that begins with https */
    public static ServiceTokens open(String service, Secret secret, URI crew, TlsConfig tls, Clock clock) {
        return new ServiceTokens(ServiceClient.open("crew", crew, TIMEOUT, tls), service, secret, clock);
    }

    /**
     * A token as {@link ServiceClient} takes it. It holds for a minute at least, or as long as the last one does while
     * crew is away: one caller at a time asks crew, and the others go on with what there is.
     *
     * @throws ServiceException.Unavailable if there is none that holds, and crew does not answer in time
     */
    public Optional<String> token() {
        Token known = token;
        Instant now = clock.instant();
        if (known != null && now.isBefore(known.renew)) {
            return Optional.of(known.value);
        }
        boolean holds = known != null && known.holdsAt(now);
        try {
            if (!lock.tryLock(holds ? 0 : TIMEOUT.toNanos(), TimeUnit.NANOSECONDS)) {
                return Optional.of(stillHolding(null));
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            return Optional.of(stillHolding(stopping));
        }
        try {
            return Optional.of(renew());
        } finally {
            lock.unlock();
        }
    }

    private String renew() {
        Token known = token;
        Instant now = clock.instant();
        if (known != null && now.isBefore(known.renew)) {
            return known.value;
        }
        try {
            var request = Map.of("client", Principal.SERVICE + service, "secret", secret.reveal());
            Answer answer = crew.post("/tokens", Optional.empty(), request, Answer.class);
            Instant expires = now.plusSeconds(answer.expiresIn());
            token = new Token(answer.accessToken(), expires.minus(RESERVE), expires);
            return answer.accessToken();
        } catch (ServiceException failure) {
            String kept = stillHolding(failure);
            if (known != null) {
                token = known.renewedAt(now.plus(PAUSE));
            }
            return kept;
        }
    }

    private String stillHolding(@Nullable Exception reason) {
        Token known = token;
        if (known != null && known.holdsAt(clock.instant())) {
            return known.value;
        }
        if (reason instanceof ServiceException refused && !(reason instanceof ServiceException.Unavailable)) {
            throw refused;
        }
        throw new ServiceException.Unavailable("crew gives " + service + " no token just now", reason);
    }

    @Override
    public void close() {
        crew.close();
    }
}
