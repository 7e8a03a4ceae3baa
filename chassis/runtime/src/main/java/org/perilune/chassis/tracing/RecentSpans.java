package org.perilune.chassis.tracing;

import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SpanProcessor;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** The last spans, as many as there is room for. Safe for threads. */
public final class RecentSpans implements SpanProcessor {
    private final String service;
    private final int mostBytes;
    private final Deque<KeptSpan> spans = new ArrayDeque<>(); // guarded by itself
    private int bytes;

    RecentSpans(String service, int mostBytes) {
        this.service = service;
        this.mostBytes = mostBytes;
    }

    /** In the order in which they ended. */
    public List<KeptSpan> all() {
        synchronized (spans) {
            return List.copyOf(spans);
        }
    }

    int bytes() {
        synchronized (spans) {
            return bytes;
        }
    }

    @Override
    public void onEnd(ReadableSpan span) {
        if (!span.getSpanContext().isSampled() || mostBytes == 0) {
            return;
        }
        KeptSpan kept = KeptSpan.of(service, span.toSpanData());
        synchronized (spans) {
            spans.addLast(kept);
            bytes += kept.bytes();
            while (bytes > mostBytes) {
                bytes -= spans.removeFirst().bytes();
            }
        }
    }

    @Override
    public void onStart(Context parent, ReadWriteSpan span) {}

    @Override
    public boolean isStartRequired() {
        return false;
    }

    @Override
    public boolean isEndRequired() {
        return true;
    }
}
