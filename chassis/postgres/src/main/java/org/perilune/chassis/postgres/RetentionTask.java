package org.perilune.chassis.postgres;

import java.time.Duration;

/** Deletes in small steps what a table need not keep: soon again while there is more. For one thread. */
public final class RetentionTask {
    /** Rows of one step, which takes some ten milliseconds. */
    public static final int STEP = 5_000;

    private static final Duration WHILE_THERE_IS_MORE = Duration.ofSeconds(1);
    private static final Duration OTHERWISE = Duration.ofMinutes(10);

    private final Step step;
    private long dueNanos = System.nanoTime() + WHILE_THERE_IS_MORE.toNanos();

    @FunctionalInterface
    public interface Step {
        /** @return how many rows were deleted, {@link #STEP} at most */
        int delete();
    }

    public RetentionTask(Step step) {
        this.step = step;
    }

    /** Does a step when it is time for one. */
    public void turn() {
        if (dueNanos - System.nanoTime() > 0) {
            return;
        }
        // First, so that a failure is not repeated at once.
        dueNanos = System.nanoTime() + OTHERWISE.toNanos();
        if (step.delete() == STEP) {
            dueNanos = System.nanoTime() + WHILE_THERE_IS_MORE.toNanos();
        }
    }
}
