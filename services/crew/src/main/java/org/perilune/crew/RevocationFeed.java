package org.perilune.crew;

import io.javalin.http.Context;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.http.Requests;
import org.perilune.chassis.postgres.Postgres;
import org.perilune.chassis.postgres.SqlFailures;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.chassis.runtime.Threads;
import org.perilune.contracts.Sha256;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells which sessions have ended while their tokens may live. A request that knows all of them waits for the next; one
 * thread reads for all that wait, at once when this copy ends a session, and soon when another copy does. Safe for
 * threads.
 */
final class RevocationFeed implements AutoCloseable {
    /** How late this copy learns what another one did. */
    private static final Duration READ_EVERY = Duration.ofMillis(250);

    /** How long a request waits. An answer says that nothing has ended until now, so it must come often. */
    private static final Duration WAIT = Duration.ofMillis(1_500);

    /** More than can log in within the life of a token. */
    private static final int MOST = 100_000;

    private static final Logger LOG = LoggerFactory.getLogger(RevocationFeed.class);

    private final Jdbi jdbi;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition wanted = lock.newCondition();
    private final Condition read = lock.newCondition();
    private int waiting; // guarded by lock, as is what follows
    private boolean hasChanged;
    private boolean closed;
    private long begun;
    private long done;
    private @Nullable Update last;

    /** @param sessions null where they are those that are known already */
    record Update(String version, @Nullable List<String> sessions) {}

    private RevocationFeed(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    static RevocationFeed start(Postgres postgres) {
        var feed = new RevocationFeed(postgres.jdbi());
        Threads.start("crew-revocations", feed::run);
        return feed;
    }

    /** {@code GET /revocations}: open to everybody, since ids of sessions open nothing and name nobody. */
    void serve(Context context) throws InterruptedException {
        Requests.lasts(context);
        context.json(after(context.queryParam("known")));
    }

    /** Sessions ended just now, or may have. */
    void changed() {
        lock.lock();
        try {
            hasChanged = true;
            wanted.signal();
        } finally {
            lock.unlock();
        }
    }

    /** Whether a token of the session still counts; asks the database. */
    boolean hasEnded(String session) {
        return jdbi.withHandle(handle ->
                handle.createQuery("""
                        select not exists (select from session where id = cast(:id as uuid))
                        """).bind("id", session).mapTo(Boolean.class).one());
    }

    static int prune(Postgres postgres) {
        return postgres.jdbi()
                .withHandle(handle ->
                        handle.execute("delete from ended_session where ended < now() - interval '10 minutes'"));
    }

    private Update after(@Nullable String known) throws InterruptedException {
        lock.lock();
        try {
            long before = begun;
            long left = WAIT.toNanos();
            waiting++;
            if (waiting == 1 || known == null) {
                hasChanged = true;
                wanted.signal();
            }
            try {
                while (left > 0 && !closed && !(done > before && differs(known))) {
                    left = read.awaitNanos(left);
                }
            } finally {
                waiting--;
            }
            if (done <= before) {
                throw new ServiceException.Unavailable(
                        "Which sessions have ended cannot be told: PostgreSQL is away", null);
            }
            Update told = Objects.requireNonNull(last);
            return differs(known) ? told : new Update(told.version(), null);
        } finally {
            lock.unlock();
        }
    }

    private boolean differs(@Nullable String known) {
        return last != null && !last.version().equals(known);
    }

    private void run() {
        try {
            while (awaitNeed()) {
                readOnce();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean awaitNeed() throws InterruptedException {
        lock.lock();
        try {
            long pause = READ_EVERY.toNanos();
            while (!closed && !hasChanged && (waiting == 0 || pause > 0)) {
                if (waiting == 0) {
                    wanted.await();
                } else {
                    pause = wanted.awaitNanos(pause);
                }
            }
            hasChanged = false;
            begun++;
            return !closed;
        } finally {
            lock.unlock();
        }
    }

    private void readOnce() throws InterruptedException {
        try {
            List<String> sessions = jdbi.withHandle(
                    handle -> handle.createQuery("select id from ended_session order by ended desc, id limit " + MOST)
                            .mapTo(String.class)
                            .list());
            var told = new Update(HexFormat.of().formatHex(Sha256.of(String.join(" ", sessions))), sessions);
            lock.lock();
            try {
                last = told;
                done = begun;
                read.signalAll();
            } finally {
                lock.unlock();
            }
        } catch (RuntimeException failure) {
            if (!SqlFailures.isAway(failure)) {
                LOG.error("Ended sessions could not be read", failure);
            }
            TimeUnit.MILLISECONDS.sleep(READ_EVERY.toMillis());
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            wanted.signalAll();
            read.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
