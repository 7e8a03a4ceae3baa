package org.perilune.telemetry.rollup;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * Whose turn it is while ingest is behind: roll-ups wait, but never longer than {@link #LONGEST_WAIT}; then one device
 * gets one transaction, whose frames are bounded. So under lasting full load ingest keeps almost all of the machine, and
 * roll-ups still go on. One thread.
 */
final class RollupTurn {
    static final Duration LONGEST_WAIT = Duration.ofSeconds(5);

    private final BooleanSupplier busy;
    private final LongSupplier nanoTime;
    private long lastTurn;

    /**
     * @param busy whether ingest is behind
     * @param nanoTime as {@link System#nanoTime}
     */
    RollupTurn(BooleanSupplier busy, LongSupplier nanoTime) {
        this.busy = busy;
        this.nanoTime = nanoTime;
        this.lastTurn = nanoTime.getAsLong();
    }

    /** Whether one transaction may be made now. */
    boolean take() {
        long now = nanoTime.getAsLong();
        if (busy.getAsBoolean() && now - lastTurn < LONGEST_WAIT.toNanos()) {
            return false;
        }
        lastTurn = now;
        return true;
    }
}
