package org.perilune.commanddispatcher.verify;

import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jdbi.v3.core.Handle;
import org.perilune.chassis.postgres.LeaderSession;
import org.perilune.chassis.postgres.Postgres;
import org.perilune.chassis.runtime.Threads;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does something in one copy of the service at a time: the one that leads by a {@link LeaderSession}. Work writes over
 * that very connection, so that whoever lost the lead can write no more; when it ends the next copy takes over within a
 * second, and where its process is stopped or cut off, within ten. Safe for threads.
 */
public final class LeaderElectedTask implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LeaderElectedTask.class);

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
    public interface Work {
        /** @param goOn to be asked twice a second at least, by the thread that works; when it says no, work ends soon */
        void run(Handle handle, BooleanSupplier goOn) throws InterruptedException, SQLException;
    }

    private LeaderElectedTask(String name, int key, Postgres postgres, Work work) {
        this.name = name;
        this.key = key;
        this.postgres = postgres;
        this.work = work;
        this.thread = Threads.start(name, this::run);
    }

    /** @param key of the lock; another for everything that is to run on its own */
    public static LeaderElectedTask start(String name, int key, Postgres postgres, Work work) {
        return new LeaderElectedTask(name, key, postgres, work);
    }

    private boolean goesOn() {
        return closing.getCount() > 0;
    }

    private void run() {
        try {
            postgres.awaitMigrated();
            migrated = true;
            while (goesOn()) {
                try (Handle handle = postgres.jdbi().open();
                        LeaderSession session = postgres.leaderSession(handle.getConnection())) {
                    standInLine(handle, session);
                } catch (SQLException | RuntimeException failure) {
                    report(failure);
                }
                closing.await(RETRY.toMillis(), TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void standInLine(Handle handle, LeaderSession session) throws InterruptedException, SQLException {
        while (goesOn()) {
            if (session.take(key)) {
                if (troubled) {
                    LOG.info("It goes on [task: {}]", name);
                    troubled = false;
                }
                work.run(handle, () -> goesOn() && leads(session));
                return;
            }
            closing.await(RETRY.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    /** A process that was stopped for a while finds here that another copy may have taken over. */
    private boolean leads(LeaderSession session) {
        if (!session.isSure()) {
            LOG.info("It was silent for too long, and another copy may go on with it [task: {}]", name);
            return false;
        }
        try {
            session.beat();
            return true;
        } catch (SQLException lost) {
            report(lost);
            return false;
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
        Threads.stop(thread, STOP);
    }
}
