package org.perilune.batchrouter;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.runtime.TraceContext;
import org.perilune.chassis.tracing.Tracing;

/**
 * A span for some messages, from when they come until Redis has them. Devices say of every message that it is to be
 * recorded; here it is decided, and whoever reads the stream does as is said here.
 */
final class MessageSpans {
    private static final String RECORDED = "-01";
    private static final String NOT_RECORDED = "-00";

    private MessageSpans() {}

    /** @return what goes into the stream */
    static @Nullable String begin(
            Tracing tracing, String topic, @Nullable String traceparent, CompletableFuture<Void> done) {
        if (tracing.isOff()) {
            return traceparent;
        }
        Optional<Span> chosen = tracing.choose("mqtt to redis", SpanKind.CONSUMER, traceparent);
        if (chosen.isEmpty()) {
            return traceparent != null && traceparent.endsWith(RECORDED)
                    ? traceparent.substring(0, traceparent.length() - RECORDED.length()) + NOT_RECORDED
                    : traceparent;
        }
        Span span = chosen.get();
        span.setAttribute("messaging.system", "mqtt");
        span.setAttribute("messaging.destination.name", topic);
        CompletableFuture<Void> _ = done.whenComplete((_, failure) -> {
            if (failure != null) {
                Tracing.failed(span, failure.getClass().getSimpleName());
            }
            span.end();
        });
        return Tracing.of(span).map(TraceContext::toString).orElse(traceparent);
    }
}
