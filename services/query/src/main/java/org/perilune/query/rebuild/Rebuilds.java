package org.perilune.query.rebuild;

import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.http.Access;
import org.perilune.chassis.http.HttpListener;
import org.perilune.chassis.http.Requests;
import org.perilune.chassis.postgres.Postgres;
import org.perilune.chassis.postgres.SqlFailures;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.chassis.runtime.Threads;
import org.perilune.query.model.Model;
import org.perilune.query.model.SchemaGenerations;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code /rebuild}: one at a time among all copies; the copy that is asked does it. Safe for threads. */
public final class Rebuilds implements AutoCloseable {
    static final Executor FETCHING = Executors.newThreadPerTaskExecutor(Threads.factory("query-rebuild-fetch"));

    private static final Logger LOG = LoggerFactory.getLogger(Rebuilds.class);
    private static final int LOCK_TRIES = 40;
    private static final Duration LOCK_RETRY = Duration.ofMillis(50);
    private static final Duration STOP = Duration.ofSeconds(5);

    private final Postgres postgres;
    private final EventLogClient log;
    private final Clock clock;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final AtomicReference<@Nullable Thread> running = new AtomicReference<>();

    public Rebuilds(Postgres postgres, EventLogClient log, Clock clock) {
        this.postgres = postgres;
        this.log = log;
        this.clock = clock;
    }

    public void register(JavalinConfig javalin) {
        javalin.routes.post("/rebuild", this::start, Access.ADMINISTRATOR);
        javalin.routes.get("/rebuild", this::show, Access.VIEWER);
    }

    private void show(Context context) {
        Requests.onlyParameters(context, Set.of());
        context.json(postgres.jdbi().withHandle(RebuildStore::newest));
    }

    private void start(Context context) {
        Requests.onlyParameters(context, Set.of());
        begin(HttpListener.principal(context).name());
        context.status(202).json(postgres.jdbi().withHandle(RebuildStore::newest));
    }

    /** @throws ServiceException.Conflict if one is under way, at whichever copy */
    @SuppressWarnings("MustBeClosedChecker") // the rebuild's thread closes it
    void begin(String by) {
        Handle handle = postgres.jdbi().open();
        try {
            takeLock(handle);
            postgres.jdbi().useTransaction(SchemaGenerations::lock); // so that there is a first generation
            Model model = handle.inTransaction(transaction -> RebuildStore.begin(transaction, by, clock.instant()));
            LOG.info("The model is built anew [generation: {}, by: {}]", model.generation(), by);
            running.set(Threads.start("query-rebuild", () -> run(handle, model)));
        } catch (RuntimeException failure) {
            release(handle);
            throw failure;
        }
    }

    /** It is also held for moments by who looks whether something is to be cleared away. */
    private void takeLock(Handle handle) {
        for (int attempt = 0; attempt < LOCK_TRIES; attempt++) {
            boolean ours = handle.createQuery("select pg_try_advisory_lock(:lock)")
                    .bind("lock", RebuildStore.LOCK)
                    .mapTo(boolean.class)
                    .one();
            if (ours) {
                return;
            }
            if (SchemaGenerations.look(handle)
                    .map(SchemaGenerations.State::building)
                    .isPresent()) {
                break;
            }
            try {
                stopping.await(LOCK_RETRY.toMillis(), TimeUnit.MILLISECONDS);
            } catch (InterruptedException interruption) {
                Thread.currentThread().interrupt();
                break;
            }
        }
        throw new ServiceException.Conflict("A rebuild is under way; GET /rebuild tells how far it is");
    }

    private void run(Handle handle, Model model) {
        try {
            // Indexes take longer than any statement of a request.
            handle.getConnection().setNetworkTimeout(Runnable::run, 0);
            handle.execute("set statement_timeout = 0");
            Model old = new Rebuild(handle, model, log, clock, stopping).run();
            LOG.info("The model that was built anew serves [generation: {}]", model.generation());
            dropOld(handle, old);
        } catch (InterruptedException stop) {
            giveUp(handle, model, "Query was stopped.");
            Thread.currentThread().interrupt();
        } catch (SQLException | RuntimeException failure) {
            LOG.warn("The model could not be built anew; the old one serves on", failure);
            giveUp(handle, model, reason(failure));
        } finally {
            release(handle);
        }
    }

    private static String reason(Exception failure) {
        if (failure instanceof ServiceException own) {
            return String.valueOf(own.getMessage());
        }
        return SqlFailures.isAway(failure) ? "The database went away." : "It failed; query's log says why.";
    }

    private static void dropOld(Handle handle, Model old) {
        try {
            handle.useTransaction(transaction -> {
                transaction.execute("set local lock_timeout = '2s'");
                RebuildStore.drop(transaction, old.schema());
            });
        } catch (RuntimeException later) {
            LOG.info("The old model is still being read, and goes later [generation: {}]", old.generation());
        }
    }

    private void giveUp(Handle handle, Model model, String reason) {
        try {
            handle.useTransaction(transaction -> RebuildStore.giveUp(transaction, model, clock.instant(), reason));
        } catch (RuntimeException later) {
            LOG.info("What was built goes when the database is back [generation: {}]", model.generation());
        }
    }

    /** With nothing of ours left on the connection. */
    private static void release(Handle handle) {
        try (handle) {
            handle.execute("select pg_advisory_unlock_all()");
            handle.execute("reset statement_timeout");
            handle.execute("reset synchronous_commit");
        } catch (RuntimeException broken) {
            LOG.debug("The connection of a rebuild is gone, and its lock with it", broken);
        }
    }

    @Override
    public void close() {
        stopping.countDown();
        Thread thread = running.get();
        try {
            if (thread != null && !thread.join(STOP)) {
                thread.interrupt();
            }
        } catch (InterruptedException interruption) {
            Thread.currentThread().interrupt();
        }
    }
}
