package org.perilune.bench.load;

import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Microseconds since 1970, as frames have their times. */
public final class Micros {
    private Micros() {}

    public static long now() {
        return Instant.EPOCH.until(Clock.systemUTC().instant(), ChronoUnit.MICROS);
    }
}
