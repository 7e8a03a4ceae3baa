package org.perilune.timeline.store;

import java.time.Duration;

/** Waits for threads that were told to end. */
public final class Stopping {
    private Stopping() {}

    /** Interrupts the thread where it takes longer. */
    public static void await(Thread thread, Duration patience) {
        try {
            if (!thread.join(patience)) {
                thread.interrupt();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
