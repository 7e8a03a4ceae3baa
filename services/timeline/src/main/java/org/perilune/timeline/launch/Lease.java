package org.perilune.timeline.launch;

import com.mongodb.ErrorCategory;
import com.mongodb.MongoWriteException;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.bson.BsonDocument;
import org.bson.BsonInt64;
import org.bson.BsonString;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.chassis.runtime.Threads;
import org.perilune.timeline.store.MongoFailures;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which copy launches. The holder counts a beat up; another one takes the lease when it has seen no beat for as long as
 * the lease lasts, by its own monotonic clock, so that clocks that are set, or differ, do no harm. The fence counts the
 * holders. What must happen once does not rest on this: two holders for a moment would only repeat the same requests.
 */
public final class Lease implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Lease.class);
    private static final String NAME = "launcher";
    private static final String HOLDER = "holder";
    private static final String FENCE = "fence";
    private static final String BEAT = "beat";
    private static final String NOBODY = "";
    private static final int BEATS_PER_LEASE = 5;

    private final MongoCollection<BsonDocument> leases;
    private final String copy;
    private final Duration length;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread;
    private volatile Held held = new Held(0, System.nanoTime());
    private @Nullable Seen seen;

    private record Held(long fence, long untilNanos) {}

    private record Seen(long fence, long beat, long sinceNanos) {}

    /** @param copy names this copy among all */
    public Lease(MongoDatabase database, String copy, Duration length) {
        this.leases = database.getCollection("lease", BsonDocument.class);
        this.copy = copy;
        this.length = length;
        this.thread = Threads.startPlatform("timeline-lease", this::run);
    }

    /** Whether this copy may start a launch now. */
    boolean isHeld() {
        return held.untilNanos() - System.nanoTime() > 0;
    }

    /** Of the last time this copy held it; 0 if it never did. */
    long fence() {
        return held.fence();
    }

    private void run() {
        long pauseMillis = length.toMillis() / BEATS_PER_LEASE;
        try {
            do {
                turn();
            } while (!closing.await(pauseMillis, TimeUnit.MILLISECONDS));
            release();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void turn() {
        try {
            MongoFailures.told(() -> {
                beat();
                return true;
            });
        } catch (ServiceException.Unavailable away) {
            LOG.debug("The lease waits for MongoDB", away);
        } catch (RuntimeException failure) {
            LOG.error("The lease could not be renewed; it is tried again", failure);
        }
    }

    private void beat() {
        long now = System.nanoTime();
        BsonDocument lease = leases.find(Filters.eq(NAME)).first();
        if (lease == null) {
            if (insertFirst()) {
                hold(1, now);
            }
            return;
        }
        String holder = lease.getString(HOLDER).getValue();
        long fence = lease.getNumber(FENCE).longValue();
        long beat = lease.getNumber(BEAT).longValue();
        if (holder.equals(copy)) {
            if (replace(fence, beat, Updates.inc(BEAT, 1L))) {
                hold(fence, now);
            }
            return;
        }
        boolean free = holder.equals(NOBODY) || isSilent(fence, beat, now);
        if (free
                && replace(
                        fence,
                        beat,
                        Updates.combine(Updates.set(HOLDER, copy), Updates.inc(FENCE, 1L), Updates.inc(BEAT, 1L)))) {
            LOG.info("This copy launches events from now on [fence: {}]", fence + 1);
            hold(fence + 1, now);
        }
    }

    private boolean isSilent(long fence, long beat, long now) {
        Seen last = seen;
        if (last == null || last.fence() != fence || last.beat() != beat) {
            seen = new Seen(fence, beat, now);
            return false;
        }
        return now - last.sinceNanos() > length.toNanos();
    }

    private boolean insertFirst() {
        try {
            leases.insertOne(new BsonDocument("_id", new BsonString(NAME))
                    .append(HOLDER, new BsonString(copy))
                    .append(FENCE, new BsonInt64(1))
                    .append(BEAT, new BsonInt64(1)));
            return true;
        } catch (MongoWriteException failure) {
            if (failure.getError().getCategory() == ErrorCategory.DUPLICATE_KEY) {
                return false;
            }
            throw failure;
        }
    }

    private boolean replace(long fence, long beat, Bson update) {
        Bson expected = Filters.and(Filters.eq(NAME), Filters.eq(FENCE, fence), Filters.eq(BEAT, beat));
        return leases.findOneAndUpdate(expected, update) != null;
    }

    /** Ends before others may take over: they count from when they saw the beat, which is later than now. */
    private void hold(long fence, long beganNanos) {
        held = new Held(fence, beganNanos + length.toNanos() * (BEATS_PER_LEASE - 1) / BEATS_PER_LEASE);
    }

    private void release() {
        if (!isHeld()) {
            return;
        }
        long fence = held.fence();
        held = new Held(fence, System.nanoTime());
        try {
            Bson mine = Filters.and(Filters.eq(NAME), Filters.eq(HOLDER, copy), Filters.eq(FENCE, fence));
            MongoFailures.told(() -> leases.updateOne(mine, Updates.set(HOLDER, NOBODY)));
        } catch (RuntimeException failure) {
            LOG.info("The lease could not be released; others take it in a moment", failure);
        }
    }

    /** Lets another copy take over at once. */
    @Override
    public void close() {
        closing.countDown();
        Threads.stop(thread, Duration.ofSeconds(3));
    }
}
