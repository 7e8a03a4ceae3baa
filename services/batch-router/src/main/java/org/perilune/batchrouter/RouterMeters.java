package org.perilune.batchrouter;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** What the router counts. */
final class RouterMeters {
    final Counter came;
    final Counter rejected;
    final Counter refused;
    final Counter topicsRefused;
    final Counter topicsDropped;
    final Counter devicesSlowed;
    private final DistributionSummary groups;
    private final Timer latency;
    private final MeterRegistry registry;

    RouterMeters(MeterRegistry registry) {
        this.registry = registry;
        came = Counter.builder("router.messages")
                .description("Messages that came")
                .register(registry);
        rejected = Counter.builder("router.rejected")
                .description("Messages that could not be understood and went to the rejects")
                .register(registry);
        refused = Counter.builder("router.refused")
                .description("Messages that were not taken; their senders send them again")
                .register(registry);
        topicsRefused = Counter.builder("router.topics.refused")
                .description("Messages to users' topics that were not kept for want of room")
                .register(registry);
        topicsDropped = Counter.builder("router.topics.dropped")
                .description("Messages of users' topics that nobody had trimmed and newer ones took the place of")
                .register(registry);
        devicesSlowed = Counter.builder("router.devices.slowed")
                .description("Times that a device sent faster than it may and was read more slowly")
                .register(registry);
        groups = DistributionSummary.builder("router.group")
                .description("Messages written to Redis in one go")
                .register(registry);
        latency = Timer.builder("router.latency")
                .description("From taking a message until Redis has it")
                .register(registry);
    }

    void watch(Supplier<Number> queue, Supplier<Number> memory, Supplier<Number> topics) {
        Gauge.builder("router.queue", queue)
                .description("Messages that wait for Redis")
                .register(registry);
        Gauge.builder("router.redis.memory", memory)
                .description("Part of Redis' memory that is used")
                .register(registry);
        Gauge.builder("router.topics.memory", topics)
                .description("Memory of Redis that streams of users' topics use")
                .baseUnit("bytes")
                .register(registry);
    }

    /** @param stream one of few */
    void dropped(String stream) {
        Counter.builder("router.events.dropped")
                .description("Rejects, connects and last wills that were not kept: too many of a device, or at all")
                .tag("stream", stream)
                .register(registry)
                .increment();
    }

    void group(int size) {
        groups.record(size);
    }

    void latency(long nanos) {
        latency.record(nanos, TimeUnit.NANOSECONDS);
    }
}
