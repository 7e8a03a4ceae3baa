package org.perilune.telemetry.ingest;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.mqtt.MqttConfig;
import org.perilune.chassis.postgres.Postgres;
import org.perilune.chassis.redis.Redis;
import org.perilune.chassis.runtime.Health;
import org.perilune.chassis.runtime.Resources;
import org.perilune.chassis.tracing.Tracing;
import org.perilune.telemetry.store.ClockTolerance;
import org.perilune.telemetry.store.DeviceRegistry;

/** Everything that takes from the streams and stores. */
public final class Ingest implements AutoCloseable {
    private final Resources owned = new Resources();
    private final List<IngestWriter> writers = new ArrayList<>();
    private @Nullable StreamEvents events;
    private final IngestLoad load = new IngestLoad(System::nanoTime);

    private Ingest() {}

    public static Ingest start(
            int writerCount,
            IngestLimits limits,
            ClockTolerance clocks,
            MqttConfig mqtt,
            Postgres postgres,
            Redis redis,
            DeviceRegistry devices,
            Health health,
            MeterRegistry registry,
            Tracing tracing,
            Clock clock) {
        var ingest = new Ingest();
        try {
            var meters = new IngestMeters(registry);
            Watermarks watermarks = ingest.owned.add(Watermarks.open(mqtt));
            for (int index = 0; index < writerCount; index++) {
                ingest.writers.add(ingest.owned.add(new IngestWriter(
                        "telemetry-writer-" + index,
                        postgres,
                        redis,
                        devices,
                        watermarks,
                        meters,
                        new FrameSpans(tracing),
                        ingest.load,
                        limits,
                        clocks,
                        clock)));
            }
            ingest.events = ingest.owned.add(
                    new StreamEvents(postgres, redis, devices, watermarks, meters, limits.batchBytes(), clock));
            health.add("mqtt", watermarks::trouble);
            health.add("ingest", ingest::trouble);
            return ingest;
        } catch (Throwable failure) {
            ingest.owned.closeAfter(failure);
            throw failure;
        }
    }

    /** Whether it is behind what comes. */
    public boolean isBusy() {
        return load.isHigh();
    }

    private Optional<String> trouble() {
        for (IngestWriter writer : writers) {
            String trouble = writer.trouble();
            if (trouble != null) {
                return Optional.of(trouble);
            }
        }
        StreamEvents applying = events;
        return Optional.ofNullable(applying == null ? null : applying.trouble());
    }

    @Override
    public void close() {
        owned.close();
    }
}
