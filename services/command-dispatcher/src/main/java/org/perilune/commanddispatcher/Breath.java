package org.perilune.commanddispatcher;

import java.time.Duration;

/**
 * Lets work gather under load: whoever has just done much waits a moment before looking again, so that one transaction
 * serves more of it. Whoever had little to do does not wait at all. Not safe for threads.
 */
final class Breath {
    private final int much;
    private final Duration length;
    private boolean due;

    /** @param much so many at once are a load */
    Breath(int much, Duration length) {
        this.much = much;
        this.length = length;
    }

    /** For what a command goes through on its own: nobody waits for ten milliseconds more. */
    static Breath ofBatches() {
        return new Breath(16, Duration.ofMillis(10));
    }

    void did(int number) {
        due = number >= much;
    }

    /** Returns at once where the last was not much. */
    void draw() throws InterruptedException {
        if (due) {
            due = false;
            Thread.sleep(length);
        }
    }
}
