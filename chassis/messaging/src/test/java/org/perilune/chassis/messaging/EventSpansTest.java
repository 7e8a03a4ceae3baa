package org.perilune.chassis.messaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.perilune.chassis.runtime.TraceContext;
import org.perilune.chassis.tracing.KeptSpan;
import org.perilune.chassis.tracing.Tracing;
import org.perilune.chassis.tracing.TracingConfig;

class EventSpansTest {
    private static final TraceContext TRACE = TraceContext.begin();
    private static final CloudEvent EVENT = event(Optional.of(TRACE));

    private final Tracing tracing =
            Tracing.open("posts", new TracingConfig(Optional.empty(), 1, 0, 1 << 20), new SimpleMeterRegistry());

    private static CloudEvent event(Optional<TraceContext> trace) {
        return CloudEvent.of(
                "posts",
                "org.perilune.post.created",
                "1",
                Instant.EPOCH,
                Map.of("title", "\"traceparent\":\"x"),
                trace);
    }

    @Test
    void findsTheTraceInTheBytesOfAnEvent() {
        assertThat(EventSpans.trace(EVENT.bytes())).hasValue(TRACE);
        assertThat(EventSpans.trace(event(Optional.empty()).bytes())).isEmpty();
        assertThat(EventSpans.trace("{\"traceparent\":\"00-".getBytes(java.nio.charset.StandardCharsets.UTF_8)))
                .isEmpty();
    }

    @Test
    void recordsPublishingAndHandlingAsStepsOfWhatLedToTheEvent() {
        var message = new AmqpPublisher.Message("", EVENT.type(), "1", Map.of(), EVENT.bytes());
        EventSpans.published(tracing, List.of(message), new AmqpPublisher.Answers(List.of(), Optional.empty()), 1_000);
        EventSpans.handle(
                tracing,
                "query.events",
                List.of(event(Optional.empty()), EVENT),
                () -> assertThat(Tracing.here().orElseThrow().traceId()).isEqualTo(TRACE.traceId()));
        assertThat(tracing.recent().all())
                .extracting(KeptSpan::name)
                .containsExactly("publish org.perilune.post.created", "handle org.perilune.post.created");
        assertThat(tracing.recent().all()).extracting(KeptSpan::parentId).containsOnly(TRACE.spanId());
    }

    @Test
    void marksWhatCouldNotBeHandled() {
        assertThatThrownBy(() -> EventSpans.handle(tracing, "query.events", List.of(EVENT), () -> {
                    throw new IllegalStateException("no");
                }))
                .isInstanceOf(IllegalStateException.class);
        assertThat(tracing.recent().all().getFirst().failed()).isTrue();
    }
}
