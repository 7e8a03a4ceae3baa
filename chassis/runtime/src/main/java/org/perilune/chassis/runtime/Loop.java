package org.perilune.chassis.runtime;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Work that is done again and again, by a thread of its own, until it is closed. Whatever a turn throws, the next one
 * comes, after pauses that double up to two seconds; that it fails is logged once, and is the loop's {@link #problem}
 * until a turn succeeds. Safe for threads.
 */
public final class Loop implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Loop.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);
    private static final Duration STOP = Duration.ofSeconds(5);

    private final String name;
    private final Gate gate;
    private final Turn turn;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread;
    private volatile boolean begun;
    private volatile String problem = "";

    /** What is done again and again. */
    @FunctionalInterface
    public interface Turn {
        /**
         * Must end before long: only a turn that has ended says that the work goes on.
         *
         * @return the pause until the next turn
         */
        Duration run() throws Exception;
    }

    /** What the first turn waits for, such as a database's schema. */
    @FunctionalInterface
    public interface Gate {
        /** @throws InterruptedException where the loop is closed meanwhile */
        void await() throws InterruptedException;
    }

    private Loop(String name, Gate gate, Turn turn) {
        this.name = name;
        this.gate = gate;
        this.turn = turn;
        this.thread = Threads.start(name, this::run);
    }

    /** @param name of the thread, and in the log */
    public static Loop start(String name, Turn turn) {
        return new Loop(name, () -> {}, turn);
    }

    /**
     * @param name of the thread, and in the log
     * @param gate is waited for once, before the first turn
     */
    public static Loop start(String name, Gate gate, Turn turn) {
        return new Loop(name, gate, turn);
    }

    /** Whether turns are to end early. */
    public boolean isClosing() {
        return closing.getCount() == 0;
    }

    /** For {@link Health}: why the last turn failed; empty where it did not. */
    public Optional<String> problem() {
        return problem.isEmpty() ? Optional.empty() : Optional.of(name + ": " + problem);
    }

    private void run() {
        Duration failing = FIRST_PAUSE;
        try {
            gate.await();
            begun = true;
            Duration pause = Duration.ZERO;
            while (!closing.await(pause.toMillis(), TimeUnit.MILLISECONDS)) {
                try {
                    pause = turn.run();
                    failing = FIRST_PAUSE;
                    succeeded();
                } catch (InterruptedException stopping) {
                    throw stopping;
                } catch (Exception | Error failure) {
                    // Errors, too: nobody would notice that the one who does this has ended.
                    failed(failure);
                    pause = failing;
                    failing = failing.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0
                            ? failing.multipliedBy(2)
                            : LONGEST_PAUSE;
                }
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
    }

    private void succeeded() {
        if (!problem.isEmpty()) {
            LOG.info("It goes on [task: {}]", name);
        }
        problem = "";
    }

    private void failed(Throwable failure) {
        if (isClosing()) {
            return;
        }
        if (problem.isEmpty()) {
            if (Failures.isAway(failure) || failure instanceof ServiceException.Unavailable) {
                LOG.warn("It waits for what it needs [task: {}, reason: {}]", name, failure.getMessage());
            } else {
                LOG.error("It failed, and is tried again every few seconds [task: {}]", name, failure);
            }
        }
        problem = String.valueOf(failure.getMessage());
    }

    /** No turn follows the one under way, whose failure is none any more. Waits for nothing. */
    public void expectEnd() {
        closing.countDown();
    }

    /** Lets the turn under way end. */
    @Override
    public void close() {
        stop(STOP);
    }

    /** The same for turns that may be broken off: what belongs to the loop's owner is not kept waiting for them. */
    public void stop(Duration patience) {
        expectEnd();
        if (!begun) {
            thread.interrupt();
        }
        Threads.stop(thread, patience);
    }
}
