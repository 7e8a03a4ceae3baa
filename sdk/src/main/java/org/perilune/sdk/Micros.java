package org.perilune.sdk;

import java.time.Instant;

/** Microseconds since 1970, the unit of time on the wire. */
final class Micros {
    private Micros() {}

    /** @throws ArithmeticException beyond the year 294,000 */
    static long of(Instant instant) {
        return Math.addExact(Math.multiplyExact(instant.getEpochSecond(), 1_000_000L), instant.getNano() / 1_000);
    }
}
