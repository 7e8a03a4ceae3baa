package org.perilune.commanddispatcher.intake;

import com.fasterxml.jackson.databind.JsonNode;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.http.Principal;
import org.perilune.chassis.http.ServiceClient;
import org.perilune.chassis.http.ServiceTokens;
import org.perilune.chassis.runtime.Loop;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.chassis.tls.TlsConfig;
import org.perilune.contracts.Role;
import org.perilune.contracts.Topology;

/**
 * Whether the person for whom a service asks may send commands now, not when that person planned it. Crew's word, a
 * second old at most; while crew is away, what it said last, as long as revocations may be old. Safe for threads.
 */
public final class AskerRights implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofSeconds(2);
    private static final long FRESH_NANOS = Duration.ofSeconds(1).toNanos();
    /** Between readings that nobody waits for, so that crew may be away for a while. */
    private static final Duration READ_EVERY = Duration.ofSeconds(5);

    private final ServiceClient crew;
    private final ServiceTokens tokens;
    private final long maxAgeNanos;
    private final AtomicBoolean following = new AtomicBoolean();
    private volatile @Nullable Loop loop;
    private final ReentrantLock reading = new ReentrantLock();
    private final Counter refused;
    private volatile @Nullable People known;

    /** @param roles by name; empty text where the account is disabled */
    private record People(Map<String, String> roles, long readNanos) {}

    /** @param maxAge how old crew's word may be while crew is away */
    public AskerRights(URI crew, TlsConfig tls, ServiceTokens tokens, Duration maxAge, MeterRegistry meters) {
        this.crew = ServiceClient.open(Topology.CREW.name(), crew, TIMEOUT, tls);
        this.tokens = tokens;
        this.maxAgeNanos = maxAge.toNanos();
        this.refused = meters.counter("commands.asker.refused");
    }

    /**
     * @throws ServiceException.Forbidden if that person may not send commands
     * @throws ServiceException.Unavailable if that cannot be told
     */
    void check(String asker) {
        if (asker.startsWith(Principal.PROGRAM)) {
            return; // No account: its rights are those of the settings.
        }
        String role = people().roles().get(asker);
        if (role == null) {
            throw refusal(asker + " has no account any more");
        }
        if (role.isEmpty()) {
            throw refusal("the account of " + asker + " is disabled");
        }
        if (Role.ofWireName(role).filter(held -> held.includes(Role.OPERATOR)).isEmpty()) {
            throw refusal(asker + " is " + role + " now");
        }
    }

    private ServiceException.Forbidden refusal(String why) {
        refused.increment();
        return new ServiceException.Forbidden("It was asked for by somebody who may not send commands: " + why
                + ". Nothing was sent; an operator can ask for it anew");
    }

    private People people() {
        if (following.compareAndSet(false, true)) {
            loop = Loop.start("asker-rights", this::follow);
        }
        People last = known;
        if (last != null && System.nanoTime() - last.readNanos() < FRESH_NANOS) {
            return last;
        }
        return read();
    }

    /** Whoever comes while another one reads takes what that one has read. */
    private People read() {
        long came = System.nanoTime();
        reading.lock();
        try {
            People last = known;
            if (last != null && last.readNanos() - came >= 0) {
                return last;
            }
            try {
                long now = System.nanoTime();
                var read = new People(roles(crew.get("/people", tokens.token(), JsonNode.class)), now);
                known = read;
                return read;
            } catch (ServiceException away) {
                if (last != null && System.nanoTime() - last.readNanos() < maxAgeNanos) {
                    return last;
                }
                throw new ServiceException.Unavailable(
                        "Whether the person who asked for it may still send commands cannot be told while crew is"
                                + " away. Nothing was stored; try again shortly.",
                        away);
            }
        } finally {
            reading.unlock();
        }
    }

    private static Map<String, String> roles(JsonNode answer) {
        var roles = new HashMap<String, String>();
        for (JsonNode person : answer.path("people")) {
            boolean disabled = person.path("disabled").asBoolean(true);
            roles.put(
                    person.path("name").asText(),
                    disabled ? "" : person.path("role").asText());
        }
        return roles;
    }

    private Duration follow() {
        try {
            read();
        } catch (ServiceException away) {
            // Whoever asks is told; it is tried again.
        }
        return READ_EVERY;
    }

    @Override
    public void close() {
        crew.close(); // ends the question under way
        Loop running = loop;
        if (running != null) {
            running.close();
        }
    }
}
