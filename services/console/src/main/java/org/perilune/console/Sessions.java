package org.perilune.console;

import com.fasterxml.jackson.databind.JsonNode;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.perilune.chassis.ServiceClient;
import org.perilune.chassis.ServiceException;
import org.perilune.contracts.Role;

/**
 * Access tokens by session. crew is asked again every two seconds of use, so that an ended session ends here too; while
 * crew is away a token serves until it expires. Safe for threads.
 */
final class Sessions {
    static final Duration FRESH = Duration.ofSeconds(2);

    private final ServiceClient crew;
    private final Clock clock;
    private final Cache<String, Access> known =
            Caffeine.newBuilder().maximumSize(10_000).build();

    /** @param checked when crew said so */
    record Access(String token, String name, Role role, Instant expires, Instant checked) {
        @Override
        public String toString() {
            return "Access[" + name + "]";
        }
    }

    Sessions(ServiceClient crew, Clock clock) {
        this.crew = crew;
        this.clock = clock;
    }

    /** @throws ServiceException.Unauthenticated when the session has ended */
    Access access(String session) {
        Access last = known.getIfPresent(session);
        Instant now = clock.instant();
        if (last != null && now.isBefore(last.checked().plus(FRESH)) && now.isBefore(last.expires())) {
            return last;
        }
        try {
            JsonNode answer =
                    crew.post("/sessions/token", Optional.empty(), Map.of("session", session), JsonNode.class);
            Access access = read(answer, now);
            known.put(session, access);
            return access;
        } catch (ServiceException.Unavailable away) {
            if (last != null && now.isBefore(last.expires())) {
                return last;
            }
            throw away;
        } catch (ServiceException.Malformed
                | ServiceException.Invalid
                | ServiceException.NotFound
                | ServiceException.Unauthenticated ended) {
            known.invalidate(session);
            throw new ServiceException.Unauthenticated("The session has ended; log in again");
        }
    }

    Optional<String> token(String session) {
        return Optional.of(access(session).token());
    }

    void forget(String session) {
        known.invalidate(session);
    }

    private static Access read(JsonNode answer, Instant now) {
        return new Access(
                answer.path("access_token").asText(),
                answer.path("name").asText(),
                Role.ofWireName(answer.path("role").asText()).orElse(Role.VIEWER),
                now.plusSeconds(answer.path("expires_in").asLong()),
                now);
    }
}
