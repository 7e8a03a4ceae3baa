package org.perilune.sdk.wire;

import java.time.Instant;

/** Microseconds since 1970, the unit of time on the wire. */
public final class Micros {
    private Micros() {}

    /** @throws ArithmeticException beyond the year 294,000 */
    public static long of(Instant instant) {
        return Math.addExact(Math.multiplyExact(instant.getEpochSecond(), 1_000_000L), instant.getNano() / 1_000);
    }

    public static Instant toInstant(long micros) {
        return Instant.ofEpochSecond(Math.floorDiv(micros, 1_000_000L), Math.floorMod(micros, 1_000_000L) * 1_000);
    }
}
