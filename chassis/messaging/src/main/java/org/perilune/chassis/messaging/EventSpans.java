package org.perilune.chassis.messaging;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.context.Scope;
import java.util.List;
import java.util.Optional;
import org.perilune.chassis.runtime.TraceContext;
import org.perilune.chassis.tracing.Tracing;

/** Spans of events whose traces are recorded: one for being published, one for each service that handles it. */
final class EventSpans {
    private static final String PLACE = "\"" + TraceContext.HEADER + "\":\"";
    private static final int LENGTH = 55;

    private EventSpans() {}

    static void published(
            Tracing tracing,
            List<AmqpPublisher.Message> messages,
            AmqpPublisher.Answers answers,
            long beganEpochNanos) {
        if (tracing.isOff() || answers.failure().isPresent()) {
            return;
        }
        long endedEpochNanos = Tracing.nowEpochNanos();
        for (AmqpPublisher.Message message : messages) {
            tracing.record(
                    "publish " + message.routingKey(),
                    SpanKind.PRODUCER,
                    trace(message.body()),
                    beganEpochNanos,
                    endedEpochNanos);
        }
    }

    /** Handles events; what is done meanwhile belongs to the first whose trace is recorded. */
    static void handle(Tracing tracing, String queue, List<CloudEvent> events, Runnable handling) {
        List<Span> spans = tracing.isOff()
                ? List.of()
                : events.stream()
                        .filter(event ->
                                event.trace().filter(TraceContext::sampled).isPresent())
                        .map(event -> tracing.begin("handle " + event.type(), SpanKind.CONSUMER, event.trace())
                                .setAttribute("messaging.destination.name", queue)
                                .setAttribute("messaging.batch.message_count", events.size()))
                        .toList();
        if (spans.isEmpty()) {
            handling.run();
            return;
        }
        try (Scope _ = tracing.enter(spans.getFirst())) {
            handling.run();
        } catch (RuntimeException failure) {
            spans.forEach(span -> Tracing.failed(span, failure.getClass().getSimpleName()));
            throw failure;
        } finally {
            spans.forEach(Span::end);
        }
    }

    /** Our own writing of it: to read the whole event again would cost more than all else here. */
    static Optional<TraceContext> trace(byte[] event) {
        String text = new String(event, UTF_8);
        int place = text.indexOf(PLACE);
        int begin = place + PLACE.length();
        return place < 0 || begin + LENGTH > text.length()
                ? Optional.empty()
                : TraceContext.parse(text.substring(begin, begin + LENGTH));
    }
}
