package org.perilune.telemetry.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.opentelemetry.api.trace.SpanKind;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.perilune.chassis.runtime.TraceContext;
import org.perilune.chassis.tracing.Tracing;
import org.perilune.contracts.Streams;

/** Spans of the frames that batch-router chose: how long each waited in Redis, and how long its batch took to be stored. */
final class FrameSpans {
    private static final int TRACEPARENT_LENGTH = 55;

    private final Tracing tracing;

    FrameSpans(Tracing tracing) {
        this.tracing = tracing;
    }

    /** Told after the commit. */
    void stored(Collection<List<StreamEntry>> batch, long readEpochNanos) {
        if (tracing.isOff()) {
            return;
        }
        long now = Tracing.nowEpochNanos();
        for (List<StreamEntry> entries : batch) {
            for (StreamEntry entry : entries) {
                byte[] trace = entry.field(Streams.Field.TRACE);
                if (trace != null && isRecorded(trace)) {
                    Optional<TraceContext> parent = TraceContext.parse(new String(trace, UTF_8));
                    long received = TimeUnit.MICROSECONDS.toNanos(
                            entry.receivedMicros(TimeUnit.NANOSECONDS.toMicros(readEpochNanos)));
                    tracing.record(
                            "wait in redis",
                            SpanKind.INTERNAL,
                            parent,
                            Math.min(received, readEpochNanos),
                            readEpochNanos);
                    tracing.record("redis to postgresql", SpanKind.CONSUMER, parent, readEpochNanos, now);
                }
            }
        }
    }

    private static boolean isRecorded(byte[] traceparent) {
        return traceparent.length == TRACEPARENT_LENGTH && traceparent[TRACEPARENT_LENGTH - 1] == '1';
    }
}
