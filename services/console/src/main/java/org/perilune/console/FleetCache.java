package org.perilune.console;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.ServiceClient;
import org.perilune.chassis.ServiceException;

/** All devices, read at most every two seconds whatever number of pages asks. Every role may see them. Safe for threads. */
final class FleetCache {
    static final Duration FRESH = Duration.ofSeconds(2);

    private final ServiceClient telemetry;
    private final Clock clock;
    private final AtomicReference<@Nullable Reading> latest = new AtomicReference<>();

    private static final class Reading {
        private final Instant asked;
        private final CompletableFuture<List<Device>> devices = new CompletableFuture<>();

        private Reading(Instant asked) {
            this.asked = asked;
        }
    }

    @JsonIgnoreProperties(ignoreUnknown = true)
    record Fleet(List<Device> devices) {}

    FleetCache(ServiceClient telemetry, Clock clock) {
        this.telemetry = telemetry;
        this.clock = clock;
    }

    /**
     * Up to two seconds old.
     *
     * @param token of somebody who is known to be logged in
     */
    List<Device> devices(String token) {
        Instant now = clock.instant();
        var mine = new Reading(now);
        Reading current = latest.accumulateAndGet(
                mine, (last, next) -> last != null && now.isBefore(last.asked.plus(FRESH)) ? last : next);
        if (current == null || current == mine) {
            return read(mine, token);
        }
        try {
            return current.devices.join();
        } catch (CompletionException failed) {
            // Their token may have been at fault.
            return fetch(token);
        }
    }

    private List<Device> read(Reading mine, String token) {
        try {
            List<Device> devices = fetch(token);
            mine.devices.complete(devices);
            return devices;
        } catch (ServiceException failure) {
            latest.compareAndSet(mine, null);
            throw failure;
        } finally {
            // Nobody waits for an answer that will not come.
            mine.devices.cancel(false);
        }
    }

    /** As it is now. */
    List<Device> fetch(String token) {
        return telemetry.get("/devices", Optional.of(token), Fleet.class).devices();
    }
}
