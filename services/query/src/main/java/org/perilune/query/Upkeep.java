package org.perilune.query;

import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.perilune.chassis.Postgres;
import org.perilune.chassis.SqlTimes;
import org.perilune.chassis.Threads;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is to be done at start and every now and then, by any copy. Safe for threads. */
final class Upkeep implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Upkeep.class);
    private static final Duration EVERY = Duration.ofSeconds(10);
    private static final int MOST_PRUNED = 5_000;
    private static final Duration RETRY = Duration.ofMillis(500);

    private final Postgres postgres;
    private final Duration happeningsKept;
    private final Clock clock;
    private final CountDownLatch closing = new CountDownLatch(1);

    private Upkeep(Postgres postgres, Duration happeningsKept, Clock clock) {
        this.postgres = postgres;
        this.happeningsKept = happeningsKept;
        this.clock = clock;
    }

    static Upkeep open(Postgres postgres, Duration happeningsKept, Clock clock) {
        var upkeep = new Upkeep(postgres, happeningsKept, clock);
        Threads.start("query-upkeep", upkeep::run);
        return upkeep;
    }

    private void run() {
        try {
            postgres.awaitMigrated();
            Duration pause = Duration.ZERO;
            while (!closing.await(pause.toMillis(), TimeUnit.MILLISECONDS)) {
                pause = turn() ? EVERY : RETRY;
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean turn() {
        try {
            postgres.jdbi().useTransaction(Generations::lock); // makes the first generation
            postgres.jdbi().useTransaction(transaction -> RebuildStore.clearAway(transaction, clock.instant()));
            prune();
            return true;
        } catch (RuntimeException failure) {
            LOG.debug("Upkeep waits for the database", failure);
            return false;
        }
    }

    /** What a rebuild reads from the log again goes again. */
    private void prune() {
        postgres.jdbi().useTransaction(transaction -> {
            Model serving = Generations.look(transaction).orElseThrow().serving();
            transaction.execute(serving.sql("""
                            delete from model_0.happenings where key in (
                                select key from model_0.happenings where at < ? order by at limit ?)
                            """), SqlTimes.of(clock.instant().minus(happeningsKept)), MOST_PRUNED);
        });
    }

    @Override
    public void close() {
        closing.countDown();
    }
}
