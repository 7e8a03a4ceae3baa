package org.perilune.chassis.messaging;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a {@link Relay} tells of its work. For one thread. */
final class RelayMeters {
    private static final Logger LOG = LoggerFactory.getLogger(Relay.class);

    private final Counter published;
    private final Counter refused;
    private final Counter attempts;
    private final AtomicLong waiting = new AtomicLong();
    private boolean refusing;

    RelayMeters(Amqp amqp, MeterRegistry meters) {
        published = meters.counter("outbox.published");
        refused = meters.counter("outbox.refused");
        attempts = meters.counter("outbox.attempts");
        Gauge.builder("outbox.waiting", waiting, AtomicLong::doubleValue)
                .strongReference(true)
                .register(meters);
        Gauge.builder("outbox.blocked", amqp, broker -> broker.blocked().isPresent() ? 1 : 0)
                .description("1 while the broker, short of memory or disk, reads nothing that is published")
                .register(meters);
    }

    /** It turns to the broker, whether that is there or not. */
    void attempt() {
        attempts.increment();
    }

    void waiting(long messages) {
        waiting.set(messages);
    }

    /** @return the same */
    AmqpPublisher.Answers counted(AmqpPublisher.Answers answers) {
        int held = answers.count(AmqpPublisher.Answer.REFUSED);
        published.increment(answers.count(AmqpPublisher.Answer.SAFE));
        refused.increment(held);
        if (held > 0 && !refusing) {
            // Once: it may go on until event-bus is there.
            LOG.warn("No queue takes these events yet; trying again [count: {}]", held);
        }
        refusing = held > 0;
        return answers;
    }
}
