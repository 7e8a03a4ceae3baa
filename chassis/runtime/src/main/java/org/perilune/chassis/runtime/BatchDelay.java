package org.perilune.chassis.runtime;

import java.time.Duration;

/**
 * Lets work gather under load: whoever has just done much waits a moment before looking again, so that one transaction
 * serves more of it. Whoever had little to do does not wait at all. Not safe for threads.
 */
public final class BatchDelay {
    private final int much;
    private final Duration length;
    private boolean due;

    /** @param much so many at once are a load */
    public BatchDelay(int much, Duration length) {
        this.much = much;
        this.length = length;
    }

    /** For what a command goes through on its own: nobody waits for ten milliseconds more. */
    public static BatchDelay ofBatches() {
        return new BatchDelay(16, Duration.ofMillis(10));
    }

    public void processed(int number) {
        due = number >= much;
    }

    /** Returns at once where the last was not much. */
    public void await() throws InterruptedException {
        if (due) {
            due = false;
            Thread.sleep(length);
        }
    }
}
