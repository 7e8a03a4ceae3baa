package org.perilune.crew;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

/** How log-ins went. */
final class CrewMeters {
    final Counter accepted;
    final Counter refused;
    final Counter slowedDown;

    CrewMeters(MeterRegistry meters) {
        this.accepted = logIns(meters, "accepted");
        this.refused = logIns(meters, "refused");
        this.slowedDown = logIns(meters, "slowed-down");
    }

    private static Counter logIns(MeterRegistry meters, String outcome) {
        return Counter.builder("crew.log.ins").tag("outcome", outcome).register(meters);
    }
}
