package org.perilune.query.model;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import org.perilune.chassis.postgres.Postgres;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.chassis.runtime.Threads;
import org.perilune.chassis.runtime.WakeupSignal;

/**
 * Tells how new the model is by a look into the database that begins after one asks: what was committed before a request
 * is seen by it, at whichever copy. Those who ask while a look is under way share the next one. Safe for threads.
 */
public final class VersionBarrier implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private final Postgres postgres;
    private final WakeupSignal asked = new WakeupSignal();
    private final ReentrantLock lock = new ReentrantLock();
    private CompletableFuture<SchemaGenerations.State> next = new CompletableFuture<>();
    private final Thread worker;

    private VersionBarrier(Postgres postgres) {
        this.postgres = postgres;
        this.worker = Threads.start("query-versions", this::run);
    }

    public static VersionBarrier open(Postgres postgres) {
        return new VersionBarrier(postgres);
    }

    /** @throws ServiceException.Unavailable if the database does not answer in time */
    public SchemaGenerations.State look() {
        CompletableFuture<SchemaGenerations.State> mine = join();
        try {
            return mine.get(TIMEOUT.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException failure) {
            if (failure.getCause() instanceof ServiceException own) {
                throw own;
            }
            throw away(failure);
        } catch (TimeoutException failure) {
            throw away(failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw away(interrupted);
        }
    }

    private CompletableFuture<SchemaGenerations.State> join() {
        lock.lock();
        try {
            return next;
        } finally {
            lock.unlock();
            asked.raise();
        }
    }

    private CompletableFuture<SchemaGenerations.State> begin() {
        lock.lock();
        try {
            CompletableFuture<SchemaGenerations.State> begun = next;
            next = new CompletableFuture<>();
            return begun;
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        try {
            while (!asked.isClosed()) {
                asked.await();
                CompletableFuture<SchemaGenerations.State> look = begin();
                try {
                    look.complete(postgres.jdbi()
                            .withHandle(SchemaGenerations::look)
                            .orElseThrow(() -> new ServiceException.Unavailable(
                                    "The flight log is being set up; try again shortly", null)));
                } catch (RuntimeException | Error failure) {
                    look.completeExceptionally(failure);
                }
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        begin().completeExceptionally(new ServiceException.Unavailable("Query is stopping", null));
    }

    private static ServiceException away(Exception failure) {
        return new ServiceException.Unavailable(
                "The database is away; the flight log can be read when it is back", failure);
    }

    /** After the look that is under way. */
    @Override
    public void close() {
        asked.close();
        Threads.stop(worker, TIMEOUT);
    }
}
