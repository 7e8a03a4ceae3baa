package org.perilune.embedded.host;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;

/** Runs the steps of a start at the same time. */
public final class ParallelStartup {
    private ParallelStartup() {}

    /**
     * Returns when all steps have ended, however they did.
     *
     * @throws RuntimeException the first step's failure, those of the others suppressed in it; a checked one as the
     *     cause of a {@link BackendsException}
     * @throws InterruptedException if the caller is; the steps are interrupted, too, and have ended
     */
    public static void run(List<Callable<Void>> steps, ThreadFactory threads) throws InterruptedException {
        RuntimeException first = null;
        try (ExecutorService executor = Executors.newThreadPerTaskExecutor(threads)) {
            for (Future<Void> step : executor.invokeAll(steps)) {
                try {
                    step.get();
                } catch (ExecutionException failure) {
                    RuntimeException next = failure.getCause() instanceof RuntimeException own
                            ? own
                            : new BackendsException("Something could not be started: " + failure.getCause(), failure);
                    if (first == null) {
                        first = next;
                    } else {
                        first.addSuppressed(next);
                    }
                }
            }
        }
        if (first != null) {
            throw first;
        }
    }
}
