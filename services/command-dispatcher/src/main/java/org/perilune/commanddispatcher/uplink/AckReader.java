package org.perilune.commanddispatcher.uplink;

import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.perilune.chassis.postgres.Postgres;
import org.perilune.chassis.redis.Redis;
import org.perilune.chassis.runtime.BatchDelay;
import org.perilune.chassis.runtime.Threads;
import org.perilune.commanddispatcher.lifecycle.Transitions;
import org.perilune.commanddispatcher.verify.Reason;
import org.perilune.commanddispatcher.verify.UplinkMeters;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Reads what devices say of their commands and acknowledges it once it is committed. While the database is away one
 * batch is held and tried again; the rest stays in Redis. Safe for threads.
 */
final class AckReader implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AckReader.class);
    private static final int BATCH = 500;
    private static final Duration BLOCK = Duration.ofMillis(500);
    private static final Duration RETRY = Duration.ofMillis(250);
    private static final Duration SLOWEST_RETRY = Duration.ofSeconds(2);
    private static final Duration STOP = Duration.ofSeconds(5);
    private static final Duration REJECTS_LOGGED = Duration.ofMinutes(1);

    /** A batch takes milliseconds. Should its reader still live, doing it twice does no harm. */
    private static final Duration ABANDONED = Duration.ofSeconds(5);

    private final Postgres postgres;
    private final Redis redis;
    private final AckBatch batches;
    private final UplinkMeters meters;
    private final String consumer = UUID.randomUUID().toString();
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread;
    private volatile boolean migrated;
    private volatile boolean behind = true;
    private long lookForAbandoned;
    private long logRejects;

    private AckReader(Postgres postgres, Redis redis, Transitions transitions, UplinkMeters meters) {
        this.postgres = postgres;
        this.redis = redis;
        this.batches = new AckBatch(postgres.jdbi(), transitions);
        this.meters = meters;
        this.lookForAbandoned = System.nanoTime();
        this.logRejects = System.nanoTime();
        this.thread = Threads.start("command-acks", this::run);
    }

    static AckReader start(Postgres postgres, Redis redis, Transitions transitions, UplinkMeters meters) {
        return new AckReader(postgres, redis, transitions, meters);
    }

    /** Whether there may be answers that we have not read yet: a silence means nothing then. */
    boolean isBehind() {
        return behind;
    }

    private boolean goesOn() {
        return closing.getCount() > 0;
    }

    private void run() {
        boolean troubled = false;
        try {
            postgres.awaitMigrated();
            migrated = true;
            while (goesOn()) {
                try (var stream = new AckStream(redis, consumer)) {
                    stream.makeGroup();
                    troubled = false;
                    read(stream);
                } catch (RuntimeException | Error failure) {
                    // Whatever it is: nobody would notice that the one who reads acknowledgements has ended.
                    behind = true;
                    if (!troubled && failure instanceof JedisException) {
                        LOG.warn("Acknowledgements wait for Redis [reason: {}]", failure.getMessage());
                    } else if (!troubled) {
                        LOG.error("Acknowledgements could not be read; trying again", failure);
                    }
                    troubled = true;
                    closing.await(RETRY.toMillis(), TimeUnit.MILLISECONDS);
                }
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void read(AckStream stream) throws InterruptedException {
        var delay = BatchDelay.ofBatches();
        while (goesOn()) {
            delay.await();
            if (System.nanoTime() - lookForAbandoned >= 0) {
                List<AckEntry> abandoned = stream.abandoned(BATCH, ABANDONED);
                if (abandoned.size() < BATCH) {
                    lookForAbandoned = System.nanoTime() + ABANDONED.toNanos() / 2;
                    stream.forgetConsumers();
                }
                take(stream, abandoned);
            }
            List<AckEntry> fresh = stream.fresh(BATCH, BLOCK);
            boolean more = fresh.size() == BATCH;
            behind |= more;
            take(stream, fresh);
            behind = more;
            // A full batch leaves more behind it: there is nothing to gather.
            delay.processed(more ? 0 : fresh.size());
        }
    }

    private void take(AckStream stream, List<AckEntry> entries) throws InterruptedException {
        if (entries.isEmpty()) {
            return;
        }
        Duration pause = RETRY;
        boolean troubled = false;
        while (goesOn()) {
            try {
                AckBatch.Result result = batches.apply(entries);
                List<AckReject> written = stream.settle(entries, result.rejects());
                meters.acks.increment(result.taken());
                report(written, result.rejects().size() - written.size());
                if (troubled) {
                    LOG.info("Acknowledgements are stored again");
                }
                return;
            } catch (JedisException redisAway) {
                throw redisAway;
            } catch (SQLException | RuntimeException failure) {
                if (!troubled) {
                    Reason.ofBeingAway(failure)
                            .ifPresentOrElse(
                                    away -> LOG.warn("Acknowledgements wait for the database [reason: {}]", away),
                                    () -> LOG.error("Acknowledgements could not be stored; trying again", failure));
                    troubled = true;
                }
                closing.await(pause.toMillis(), TimeUnit.MILLISECONDS);
                pause = pause.multipliedBy(2).compareTo(SLOWEST_RETRY) < 0 ? pause.multipliedBy(2) : SLOWEST_RETRY;
            }
        }
    }

    /** Counted all, logged once a minute: a device must not fill the disk. */
    private void report(List<AckReject> rejects, int waiting) {
        meters.rejectedAcks.increment(rejects.size());
        if (waiting > 0 && System.nanoTime() - logRejects >= 0) {
            logRejects = System.nanoTime() + REJECTS_LOGGED.toNanos();
            LOG.warn("Redis is full: rejected acknowledgements wait for room, others go on [number: {}]", waiting);
        }
        if (rejects.isEmpty() || System.nanoTime() - logRejects < 0) {
            return;
        }
        logRejects = System.nanoTime() + REJECTS_LOGGED.toNanos();
        AckReject first = rejects.getFirst();
        LOG.warn(
                "Acknowledgements went to the rejects [number: {}, of the first, device: {}, reason: {}]",
                rejects.size(),
                first.entry().device(),
                first.reason());
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
