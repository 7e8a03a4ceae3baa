package org.perilune.chassis.tracing;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.opentelemetry.api.trace.SpanId;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A step of a trace, as the service shows it.
 *
 * @param parentId null where the trace begins
 * @param kind {@code server}, {@code client}, {@code producer}, {@code consumer} or {@code internal}
 * @param beganMicros since 1970
 */
public record KeptSpan(
        @JsonProperty("trace_id") String traceId,
        @JsonProperty("span_id") String spanId,
        @JsonProperty("parent_id") @Nullable String parentId,
        String service,
        String name,
        String kind,
        @JsonProperty("began_us") long beganMicros,
        @JsonProperty("duration_us") long durationMicros,
        boolean failed,
        Map<String, String> attributes) {
    /** What an object of Java takes beside its texts, about. */
    private static final int FIXED_BYTES = 400;

    private static final int BYTES_AN_ATTRIBUTE = 100;

    static KeptSpan of(String service, SpanData span) {
        var attributes = new TreeMap<String, String>();
        span.getAttributes().forEach((key, value) -> attributes.put(key.getKey(), String.valueOf(value)));
        return new KeptSpan(
                span.getTraceId(),
                span.getSpanId(),
                SpanId.isValid(span.getParentSpanId()) ? span.getParentSpanId() : null,
                service,
                span.getName(),
                span.getKind().name().toLowerCase(java.util.Locale.ROOT),
                TimeUnit.NANOSECONDS.toMicros(span.getStartEpochNanos()),
                TimeUnit.NANOSECONDS.toMicros(span.getEndEpochNanos() - span.getStartEpochNanos()),
                span.getStatus().getStatusCode() == StatusCode.ERROR,
                attributes);
    }

    int bytes() {
        int sum = FIXED_BYTES + name.length();
        for (Map.Entry<String, String> attribute : attributes.entrySet()) {
            sum += BYTES_AN_ATTRIBUTE + attribute.getValue().length();
        }
        return sum;
    }
}
