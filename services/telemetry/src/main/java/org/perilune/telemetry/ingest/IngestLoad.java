package org.perilune.telemetry.ingest;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Whether ingest is behind: a read brought as many messages as it could take, or many wait in a stream. Says so for a
 * moment after the last sign of it, since at full load every batch is such a sign. Safe for threads.
 */
public final class IngestLoad {
    /** So many messages that wait in a stream mean that it is behind. */
    public static final long MANY_WAITING = 2_000;

    private static final long MOMENT_NANOS = Duration.ofMillis(1_500).toNanos();

    private final LongSupplier nanoTime;
    private final AtomicLong lastHigh;

    /** @param nanoTime as {@link System#nanoTime} */
    public IngestLoad(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.lastHigh = new AtomicLong(nanoTime.getAsLong() - 2 * MOMENT_NANOS);
    }

    /** @param isFull whether more may have been there to read */
    public void wasRead(boolean isFull) {
        if (isFull) {
            lastHigh.set(nanoTime.getAsLong());
        }
    }

    /** @param messages that wait in a stream to be read */
    public void lag(long messages) {
        if (messages >= MANY_WAITING) {
            lastHigh.set(nanoTime.getAsLong());
        }
    }

    public boolean isHigh() {
        return nanoTime.getAsLong() - lastHigh.get() < MOMENT_NANOS;
    }
}
