package org.perilune.chassis.messaging;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** How old events are when they are handled: the gauge {@code events.lag.seconds} of a queue. Safe for threads. */
final class EventLag {
    /** After that without an event a queue counts as idle, whatever the last one's age was. */
    private static final Duration IDLE = Duration.ofSeconds(5);

    private final Clock clock;
    private volatile Sample last = new Sample(Instant.EPOCH, 0);

    private record Sample(Instant at, double seconds) {}

    EventLag(String queue, Clock clock, MeterRegistry meters) {
        this.clock = clock;
        Gauge.builder("events.lag.seconds", this, EventLag::seconds)
                .tag("queue", queue)
                .strongReference(true)
                .register(meters);
    }

    /** The newest tells how far behind we are; older ones may have been sent again. */
    void handled(List<CloudEvent> events) {
        Instant now = clock.instant();
        events.stream().map(CloudEvent::time).max(Instant::compareTo).ifPresent(newest -> {
            double age = Duration.between(newest, now).toMillis() / 1000.0;
            last = new Sample(now, Math.max(0, age));
        });
    }

    double seconds() {
        Sample known = last;
        return clock.instant().isAfter(known.at().plus(IDLE)) ? 0 : known.seconds();
    }
}
