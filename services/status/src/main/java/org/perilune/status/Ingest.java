package org.perilune.status;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** How the downlink goes, from telemetry's counters and the streams. Safe for threads. */
final class Ingest {
    private static final Duration RATE_WINDOW = Duration.ofSeconds(10);

    private final ArrayDeque<Sample> samples = new ArrayDeque<>();
    private @Nullable Figures telemetry;
    private @Nullable Map<String, Long> backlogs;

    private record Sample(long nanos, double stored) {}

    /**
     * Null where it is not known just now.
     *
     * @param framesPerSecond over the last ten seconds
     * @param lag stream entries that are not stored yet
     */
    record Answer(
            @JsonProperty("frames_stored") @Nullable Long framesStored,
            @Nullable Long duplicates,
            @Nullable Long rejected,
            @JsonProperty("frames_per_second") @Nullable Double framesPerSecond,
            @Nullable Long lag) {}

    synchronized void telemetry(Figures figures, long nanos) {
        telemetry = figures;
        OptionalDouble stored = figures.value("telemetry_frames_stored_total");
        if (stored.isEmpty()) {
            samples.clear();
            return;
        }
        if (!samples.isEmpty() && samples.getLast().stored() > stored.getAsDouble()) {
            // Restarted: the counter began anew.
            samples.clear();
        }
        samples.add(new Sample(nanos, stored.getAsDouble()));
        while (nanos - samples.getFirst().nanos() > RATE_WINDOW.toNanos()) {
            samples.removeFirst();
        }
    }

    synchronized void backlogs(Map<String, Long> byStream) {
        backlogs = Map.copyOf(byStream);
    }

    /** Figures of a part that is away are old, and left out. */
    synchronized Answer answer(boolean telemetryUp, boolean redisUp) {
        Figures known = telemetryUp ? telemetry : null;
        Map<String, Long> waiting = redisUp ? backlogs : null;
        return new Answer(
                whole(known, "telemetry_frames_stored_total"),
                whole(known, "telemetry_frames_duplicate_total"),
                whole(known, "telemetry_frames_rejected_total"),
                known == null ? null : rate(),
                waiting == null
                        ? null
                        : waiting.values().stream().mapToLong(Long::longValue).sum());
    }

    private @Nullable Double rate() {
        if (samples.size() < 2) {
            return null;
        }
        Sample first = samples.getFirst();
        Sample last = samples.getLast();
        double perSecond = (last.stored() - first.stored()) * 1e9 / (last.nanos() - first.nanos());
        return Math.round(perSecond * 10) / 10.0;
    }

    private static @Nullable Long whole(@Nullable Figures figures, String name) {
        OptionalDouble value = figures == null ? OptionalDouble.empty() : figures.value(name);
        return value.isPresent() ? (long) value.getAsDouble() : null;
    }
}
