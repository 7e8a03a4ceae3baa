package org.perilune.backup;

import java.util.concurrent.locks.LockSupport;

/**
 * Holds a backup to so many bytes a second, so that the stores have time for others. What was not used of a second is
 * not made up for. Not safe for threads.
 */
final class Pace {
    private static final long LONGEST_DEBT_NANOS = 50_000_000;

    private final double nanosPerByte;
    private long paidUntil = System.nanoTime();

    /** @param bytesPerSecond 0: as fast as it goes */
    Pace(long bytesPerSecond) {
        this.nanosPerByte = bytesPerSecond == 0 ? 0 : 1e9 / bytesPerSecond;
    }

    /** Waits until that many more may be read. */
    void took(int bytes) {
        if (nanosPerByte == 0) {
            return;
        }
        long now = System.nanoTime();
        paidUntil = Math.max(paidUntil, now - LONGEST_DEBT_NANOS) + (long) (bytes * nanosPerByte);
        while (paidUntil - now > 1_000_000 && !Thread.currentThread().isInterrupted()) {
            LockSupport.parkNanos(paidUntil - now);
            now = System.nanoTime();
        }
    }
}
