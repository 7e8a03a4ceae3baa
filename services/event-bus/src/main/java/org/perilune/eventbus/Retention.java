package org.perilune.eventbus;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.perilune.chassis.Postgres;
import org.perilune.chassis.Threads;
import org.perilune.contracts.FlightLog;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes what is older than it need be: events but for those of the flight log, from which its model is built anew, and
 * dead letters that are closed. In small steps; any number of copies may do it. Safe for threads.
 */
final class Retention implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Retention.class);
    /** A step takes some ten milliseconds. */
    private static final int STEP = 5_000;

    private static final Duration WHILE_THERE_IS_MORE = Duration.ofSeconds(1);
    private static final Duration OTHERWISE = Duration.ofMinutes(10);

    private final Postgres postgres;
    private final EventLog log;
    private final DeadLetterStore deadLetters;
    private final Duration kept;
    private final Clock clock;
    private final CountDownLatch closing = new CountDownLatch(1);
    /** Everything up to here is young enough or kept for good. */
    private long position;

    private Retention(Postgres postgres, EventLog log, DeadLetterStore deadLetters, Duration kept, Clock clock) {
        this.postgres = postgres;
        this.log = log;
        this.deadLetters = deadLetters;
        this.kept = kept;
        this.clock = clock;
    }

    static Retention start(Postgres postgres, EventLog log, DeadLetterStore deadLetters, Duration kept, Clock clock) {
        var retention = new Retention(postgres, log, deadLetters, kept, clock);
        Threads.start("event-bus-retention", retention::run);
        return retention;
    }

    private void run() {
        try {
            postgres.awaitMigrated();
            Duration pause = Duration.ZERO;
            while (!closing.await(pause.toMillis(), TimeUnit.MILLISECONDS)) {
                pause = turn() ? WHILE_THERE_IS_MORE : OTHERWISE;
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
    }

    /** @return whether there is more to do */
    private boolean turn() {
        try {
            Instant before = clock.instant().minus(kept);
            int closed = deadLetters.prune(before, STEP);
            Optional<Long> next = log.prune(position, before, FlightLog.TYPES, STEP);
            position = next.orElse(position);
            return next.isPresent() || closed == STEP;
        } catch (RuntimeException failure) {
            LOG.debug("What is old is deleted later", failure);
            return false;
        }
    }

    @Override
    public void close() {
        closing.countDown();
    }
}
