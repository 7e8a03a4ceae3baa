package org.perilune.commanddispatcher;

import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jdbi.v3.core.Handle;
import org.perilune.chassis.Postgres;
import org.perilune.chassis.Threads;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does something in one copy of the service at a time: the one whose connection holds an advisory lock. Work writes
 * over that very connection, so that whoever lost the lock can write no more; when it ends, for whatever reason, the
 * next copy takes over within a second. Safe for threads.
 */
final class SoleRunner implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SoleRunner.class);

    /** The first half of our locks' keys: "peri" in ASCII. */
    private static final int LOCKS = 0x70657269;

    private static final Duration RETRY = Duration.ofMillis(500);
    private static final Duration STOP = Duration.ofSeconds(6);

    private final String name;
    private final int key;
    private final Postgres postgres;
    private final Work work;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread;
    private volatile boolean migrated;
    private boolean troubled;

    /** What is done while the lock is held. */
    @FunctionalInterface
    interface Work {
        /** @param goOn to be asked often; when it says no the work returns within seconds */
        void run(Handle handle, BooleanSupplier goOn) throws InterruptedException, SQLException;
    }

    private SoleRunner(String name, int key, Postgres postgres, Work work) {
        this.name = name;
        this.key = key;
        this.postgres = postgres;
        this.work = work;
        this.thread = Threads.start(name, this::run);
    }

    /** @param key of the lock; another for everything that is to run on its own */
    static SoleRunner start(String name, int key, Postgres postgres, Work work) {
        return new SoleRunner(name, key, postgres, work);
    }

    private boolean goesOn() {
        return closing.getCount() > 0;
    }

    private void run() {
        try {
            postgres.awaitMigrated();
            migrated = true;
            while (goesOn()) {
                try (Handle handle = postgres.jdbi().open()) {
                    standInLine(handle);
                } catch (SQLException | RuntimeException failure) {
                    report(failure);
                }
                closing.await(RETRY.toMillis(), TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void standInLine(Handle handle) throws InterruptedException, SQLException {
        while (goesOn()) {
            boolean ours = handle.createQuery("select pg_try_advisory_lock(?, ?)")
                    .bind(0, LOCKS)
                    .bind(1, key)
                    .mapTo(boolean.class)
                    .one();
            if (ours) {
                if (troubled) {
                    LOG.info("It goes on [task: {}]", name);
                    troubled = false;
                }
                try {
                    work.run(handle, this::goesOn);
                } finally {
                    release(handle);
                }
                return;
            }
            closing.await(RETRY.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    /** Before the connection goes back to its pool; one that is broken has lost the lock anyway. */
    private void release(Handle handle) {
        try {
            handle.execute("select pg_advisory_unlock_all()");
        } catch (RuntimeException broken) {
            LOG.debug("The lock ended with its connection [task: {}]", name, broken);
        }
    }

    private void report(Exception failure) {
        if (!troubled && goesOn()) {
            Reason.ofBeingAway(failure)
                    .ifPresentOrElse(
                            away -> LOG.warn("It waits for the database [task: {}, reason: {}]", name, away),
                            () -> LOG.error("It failed, and is tried again twice a second [task: {}]", name, failure));
        }
        troubled = true;
    }

    @Override
    public void close() {
        closing.countDown();
        if (!migrated) {
            thread.interrupt();
        }
        Stop.await(thread, STOP);
    }
}
