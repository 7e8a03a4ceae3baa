package org.perilune.commanddispatcher.verify;

import java.time.Duration;

/** Ends of threads. */
public final class Stop {
    private Stop() {}

    /** Waits for a thread that was told to end, and interrupts one that does not in time. */
    public static void await(Thread thread, Duration timeout) {
        try {
            if (!thread.join(timeout)) {
                thread.interrupt();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
