package org.perilune.timeline;

import java.time.Duration;

/** Waits for threads that were told to end. */
final class Stopping {
    private Stopping() {}

    /** Interrupts the thread where it takes longer. */
    static void await(Thread thread, Duration patience) {
        try {
            if (!thread.join(patience)) {
                thread.interrupt();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
