package org.perilune.sdk.link;

import java.time.Duration;
import java.util.random.RandomGenerator;

/** Pauses between attempts: doubling, and the upper half of each random, so that a fleet does not come back at once. */
final class Backoff {
    private static final int MOST_DOUBLINGS = 30;

    private final Duration min;
    private final Duration max;
    private final RandomGenerator random;
    private int failures;

    Backoff(Duration min, Duration max, RandomGenerator random) {
        this.min = min;
        this.max = max;
        this.random = random;
    }

    Duration next() {
        long full = Math.min(max.toNanos(), doubled(min.toNanos()));
        failures = Math.min(failures + 1, MOST_DOUBLINGS);
        return Duration.ofNanos(full / 2 + random.nextLong(full / 2 + 1));
    }

    private long doubled(long nanos) {
        return nanos > (Long.MAX_VALUE >> failures) ? Long.MAX_VALUE : nanos << failures;
    }

    void reset() {
        failures = 0;
    }
}
