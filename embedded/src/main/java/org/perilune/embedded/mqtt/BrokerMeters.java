package org.perilune.embedded.mqtt;

import java.util.concurrent.atomic.LongAdder;

/** Counters of the broker. */
public final class BrokerMeters {
    public final LongAdder connections = new LongAdder();
    final LongAdder taken = new LongAdder();
    final LongAdder failed = new LongAdder();
    final LongAdder slowed = new LongAdder();
    final LongAdder refusedConnections = new LongAdder();
    final LongAdder refusedPublishes = new LongAdder();
    final LongAdder refusedSubscriptions = new LongAdder();

    public BrokerCounts read() {
        return new BrokerCounts(
                connections.sum(),
                taken.sum(),
                failed.sum(),
                slowed.sum(),
                refusedConnections.sum(),
                refusedPublishes.sum(),
                refusedSubscriptions.sum());
    }
}
