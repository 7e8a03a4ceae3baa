package org.perilune.timeline.store;

import java.time.Duration;

/** Waits for threads that were told to end. */
public final class Stopping {
    private Stopping() {}

    /** Interrupts the thread where it takes longer. */
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
