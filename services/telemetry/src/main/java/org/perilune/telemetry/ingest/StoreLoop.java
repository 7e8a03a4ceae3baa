package org.perilune.telemetry.ingest;

import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.postgres.Postgres;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.exceptions.JedisException;

/**
 * A thread whose work is begun anew, after pauses that grow, whenever PostgreSQL or Redis fails under it; from when
 * PostgreSQL is there first until it is closed.
 */
final class StoreLoop implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StoreLoop.class);
    private static final long FIRST_PAUSE_MILLIS = 50;
    private static final long LONGEST_PAUSE_MILLIS = 2_000;

    /** Work that went on for so long was well: the next pause is short again. */
    private static final long WELL_NANOS = Duration.ofSeconds(10).toNanos();

    private static final Duration FINISH = Duration.ofSeconds(4);

    private final String name;
    private final Postgres postgres;
    private volatile boolean closing;
    private volatile @Nullable String trouble = "Nothing is stored yet";
    private @Nullable Thread thread;

    /** Begins from what was not acknowledged, and goes on until {@link #isClosing}. */
    interface Work {
        void run() throws SQLException, InterruptedException;
    }

    /** @param name of the thread, and in the log */
    StoreLoop(String name, Postgres postgres) {
        this.name = name;
        this.postgres = postgres;
    }

    /**
     * Once.
     *
     * @param threads such as {@code Threads::start}
     */
    void start(BiFunction<String, Runnable, Thread> threads, Work work) {
        thread = threads.apply(name, () -> run(work));
    }

    boolean isClosing() {
        return closing;
    }

    /** Said by the work when it gets on. */
    void isWell() {
        trouble = null;
    }

    /** What keeps it from storing; null when nothing does. */
    @Nullable
    String trouble() {
        return trouble;
    }

    private void run(Work work) {
        long pause = FIRST_PAUSE_MILLIS;
        try {
            postgres.awaitMigrated();
            while (!closing) {
                long began = System.nanoTime();
                attempt(work);
                if (closing) {
                    return;
                }
                boolean well = System.nanoTime() - began > WELL_NANOS;
                pause = well ? FIRST_PAUSE_MILLIS : Math.min(LONGEST_PAUSE_MILLIS, pause * 2);
                TimeUnit.MILLISECONDS.sleep(pause);
            }
        } catch (InterruptedException interrupted) {
            if (!closing) {
                LOG.warn("Storing was interrupted and does not go on [thread: {}]", name);
            }
            Thread.currentThread().interrupt();
        }
    }

    private void attempt(Work work) throws InterruptedException {
        try {
            work.run();
        } catch (SQLException | JdbiException | JedisException away) {
            trouble = "Cannot store just now: " + away.getMessage();
            LOG.warn("Storing is interrupted; it goes on from what was not acknowledged [thread: {}]", name, away);
        } catch (RuntimeException failure) {
            trouble = "Storing fails";
            LOG.error("Storing failed; it begins anew [thread: {}]", name, failure);
        }
    }

    /** Lets the work finish what is under way. */
    @Override
    public void close() {
        closing = true;
        Thread running = thread;
        if (running == null) {
            return;
        }
        try {
            if (!running.join(FINISH)) {
                running.interrupt();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
