package org.perilune.console.session;

import com.fasterxml.jackson.databind.JsonNode;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.client.ServiceClient;
import org.perilune.chassis.http.Revocations;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.contracts.Role;

/**
 * Access tokens by session. A token serves until shortly before it expires, and no longer than its session: crew tells
 * which have ended. Safe for threads.
 */
public final class Sessions {
    /** So much of a token's life is left at least: it does not expire on the way. */
    private static final Duration RESERVE = Duration.ofMinutes(1);

    /** How often crew is told that a session is used. */
    private static final Duration NOTED_EVERY = Duration.ofMinutes(1);

    private static final int MOST = 10_000;

    private final ServiceClient crew;
    private final Revocations revocations;
    private final LogOuts logOuts;
    private final Clock clock;
    private final Cache<String, Access> known;

    /**
     * @param id of the session, which is no secret
     * @param noted when crew was told last that the session is used
     */
    public record Access(String token, String name, Role role, String id, Instant expires, Instant noted) {
        @Override
        public String toString() {
            return "Access[" + name + "]";
        }
    }

    public Sessions(ServiceClient crew, Revocations revocations, LogOuts logOuts, Clock clock) {
        this.crew = crew;
        this.revocations = revocations;
        this.logOuts = logOuts;
        this.clock = clock;
        this.known = Caffeine.newBuilder()
                .maximumSize(MOST)
                .expireAfter(Expiry.creating(
                        (String session, Access access) -> Duration.between(clock.instant(), access.expires())))
                .build();
    }

    /**
     * For what a page does by itself, which is no use of the session.
     *
     * @throws ServiceException.Unauthenticated when the session has ended
     */
    public Access access(String session) {
        return access(session, false);
    }

    /** @param used whether a person did something just now */
    Access access(String session, boolean used) {
        if (logOuts.isOver(session)) {
            throw ended();
        }
        Instant now = clock.instant();
        Access last = known.getIfPresent(session);
        boolean serves = last != null && now.isBefore(last.expires().minus(RESERVE));
        boolean noted = last != null && now.isBefore(last.noted().plus(NOTED_EVERY));
        if (last != null && serves && (noted || !used)) {
            return checked(session, last);
        }
        try {
            Access access = ask(session, used, last, now);
            known.put(session, access);
            return checked(session, access);
        } catch (ServiceException.Unavailable away) {
            if (last != null && now.isBefore(last.expires())) {
                return checked(session, last);
            }
            throw away;
        } catch (ServiceException.Malformed
                | ServiceException.Invalid
                | ServiceException.NotFound
                | ServiceException.Unauthenticated refused) {
            known.invalidate(session);
            throw ended();
        }
    }

    public Optional<String> token(String session) {
        return Optional.of(access(session).token());
    }

    /** Here at once; elsewhere as soon as crew knows. */
    public void end(String session) {
        known.invalidate(session);
        logOuts.end(session);
    }

    private Access checked(String session, Access access) {
        if (revocations.has(access.id())) {
            known.invalidate(session);
            throw ended();
        }
        return access;
    }

    private Access ask(String session, boolean used, @Nullable Access last, Instant now) {
        var question = Map.of("session", session, "used", used);
        JsonNode answer = crew.post("/sessions/token", Optional.empty(), question, JsonNode.class);
        return new Access(
                answer.path("access_token").asText(),
                answer.path("name").asText(),
                Role.ofStored(answer.path("role").asText()),
                answer.path("session_id").asText(),
                now.plusSeconds(answer.path("expires_in").asLong()),
                used ? now : last == null ? Instant.EPOCH : last.noted());
    }

    private static ServiceException.Unauthenticated ended() {
        return new ServiceException.Unauthenticated("The session has ended; log in again");
    }
}
