package org.perilune.telemetry.live;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;

/** What following counts. Safe for threads. */
public final class LiveMeters {
    /** From the stream's taking an entry until it is handed to followers. */
    final Timer lag;

    final Counter frames;
    final Counter skipped;

    public LiveMeters(MeterRegistry registry) {
        lag = Timer.builder("telemetry.live.lag")
                .description("Age of messages when followers get them, by Redis' clock")
                .register(registry);
        frames = Counter.builder("telemetry.live.frames")
                .description("Frames decoded for followers")
                .register(registry);
        skipped = Counter.builder("telemetry.live.skipped")
                .description("Messages that were trimmed before followers could get them")
                .register(registry);
    }
}
