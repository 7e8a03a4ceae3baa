package org.perilune.telemetry.ingest;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.perilune.contracts.Streams;

/** What the ingest counts. Safe for threads. */
final class IngestMeters {
    final Counter stored;
    final Counter duplicates;
    final Counter rejected;
    final Counter refused;
    final Counter wrongClocks;
    final DistributionSummary batches;
    final Timer commits;
    private final Map<String, Long> lags = new ConcurrentHashMap<>();

    IngestMeters(MeterRegistry registry) {
        stored = counter(registry, "telemetry.frames.stored", "Frames stored");
        duplicates = counter(registry, "telemetry.frames.duplicate", "Frames that were there already");
        rejected = counter(registry, "telemetry.frames.rejected", "Frames and messages kept as rejects");
        refused = counter(registry, "telemetry.frames.refused", "Frames that the database refused, kept as rejects");
        wrongClocks = counter(registry, "telemetry.clocks.wrong", "Frames stored whose time cannot be true");
        batches = DistributionSummary.builder("telemetry.batch")
                .description("Frames stored in one transaction")
                .register(registry);
        commits = Timer.builder("telemetry.commit")
                .description("Time to store one batch")
                .register(registry);
        for (String stream : Streams.telemetryPartitions()) {
            Gauge.builder("telemetry.lag", () -> lags.getOrDefault(stream, 0L))
                    .description("Messages in the stream that are not read yet, as far as this copy knows")
                    .tag("stream", stream)
                    .register(registry);
        }
    }

    void lag(String stream, long messages) {
        lags.put(stream, messages);
    }

    private static Counter counter(MeterRegistry registry, String name, String description) {
        return Counter.builder(name).description(description).register(registry);
    }
}
