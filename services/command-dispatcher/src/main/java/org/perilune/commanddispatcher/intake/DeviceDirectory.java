package org.perilune.commanddispatcher.intake;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jdbi.v3.core.Jdbi;
import org.perilune.chassis.client.ServiceClient;
import org.perilune.chassis.client.ServiceTokens;
import org.perilune.chassis.postgres.SqlTimes;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.contracts.Topics;

/**
 * Which devices there are and of what type, by telemetry's word, remembered for a few seconds; while telemetry is away,
 * by what it said before. Safe for threads.
 */
public final class DeviceDirectory {
    private static final long FRESH_NANOS = Duration.ofSeconds(5).toNanos();
    private static final int MOST_KNOWN = 10_000;

    private final ServiceClient telemetry;
    private final ServiceTokens tokens;
    private final Jdbi jdbi;
    private final Clock clock;
    private final Map<String, Known> known = new ConcurrentHashMap<>();

    private record Known(String type, long askedNanos) {}

    public DeviceDirectory(ServiceClient telemetry, ServiceTokens tokens, Jdbi jdbi, Clock clock) {
        this.telemetry = telemetry;
        this.tokens = tokens;
        this.jdbi = jdbi;
        this.clock = clock;
    }

    /**
     * The type of a device; empty text where telemetry does not know it yet.
     *
     * @return empty where there is no such device
     * @throws ServiceException.Unavailable if that cannot be told
     */
    Optional<String> typeOf(String device) {
        if (!Topics.DEVICE_NAME.matcher(device).matches()) {
            return Optional.empty();
        }
        Known last = known.get(device);
        long now = System.nanoTime();
        if (last != null && now - last.askedNanos < FRESH_NANOS) {
            return Optional.of(last.type);
        }
        Optional<String> type = ask(device);
        type.ifPresent(found -> remember(device, found, now));
        return type;
    }

    private Optional<String> ask(String device) {
        try {
            ObjectNode told = telemetry.get("/devices/" + device, tokens.token(), ObjectNode.class);
            String type = told.path("type").asText("");
            keep(device, type);
            return Optional.of(type);
        } catch (ServiceException.NotFound unknown) {
            return Optional.empty();
        } catch (ServiceException failure) {
            return Optional.of(remembered(device)
                    .orElseThrow(() -> new ServiceException.Unavailable(
                            "Whether there is a device named " + device
                                    + " cannot be told while telemetry is away. Nothing was stored; try again shortly.",
                            failure)));
        }
    }

    private Optional<String> remembered(String device) {
        return jdbi.withHandle(handle -> handle.createQuery("select device_type from device where name = :name")
                .bind("name", device)
                .mapTo(String.class)
                .findOne());
    }

    private void keep(String device, String type) {
        Known last = known.get(device);
        if (type.isEmpty() || (last != null && last.type.equals(type))) {
            return;
        }
        jdbi.useHandle(handle -> handle.createUpdate("""
                        insert into device (name, device_type, seen_at) values (:name, :type, :now)
                        on conflict (name) do update set device_type = excluded.device_type, seen_at = excluded.seen_at
                        """)
                .bind("name", device)
                .bind("type", type)
                .bind("now", SqlTimes.of(clock.instant()))
                .execute());
    }

    private void remember(String device, String type, long now) {
        if (known.size() >= MOST_KNOWN) {
            known.clear(); // asked again, no more
        }
        known.put(device, new Known(type, now));
    }
}
