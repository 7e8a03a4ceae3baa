package org.perilune.eventbus.delivery;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.perilune.chassis.postgres.Postgres;
import org.perilune.chassis.runtime.Loop;
import org.perilune.contracts.FlightLog;
import org.perilune.eventbus.log.EventLog;

/**
 * Deletes what is older than it need be: events but for those of the flight log, from which its model is built anew, and
 * dead letters that are closed. In small steps; any number of copies may do it. Safe for threads.
 */
public final class Retention {
    /** A step takes some ten milliseconds. */
    private static final int STEP = 5_000;

    private static final Duration WHILE_THERE_IS_MORE = Duration.ofSeconds(1);
    private static final Duration OTHERWISE = Duration.ofMinutes(10);

    private final EventLog log;
    private final DeadLetterStore deadLetters;
    private final Duration kept;
    private final Clock clock;
    /** Everything up to here is young enough or kept for good. */
    private long position;

    private Retention(EventLog log, DeadLetterStore deadLetters, Duration kept, Clock clock) {
        this.log = log;
        this.deadLetters = deadLetters;
        this.kept = kept;
        this.clock = clock;
    }

    public static Loop start(Postgres postgres, EventLog log, DeadLetterStore deadLetters, Duration kept, Clock clock) {
        var retention = new Retention(log, deadLetters, kept, clock);
        return Loop.start("event-bus-retention", postgres::awaitMigrated, retention::turn);
    }

    private Duration turn() {
        Instant before = clock.instant().minus(kept);
        int closed = deadLetters.prune(before, STEP);
        Optional<Long> next = log.prune(position, before, FlightLog.TYPES, STEP);
        position = next.orElse(position);
        return next.isPresent() || closed == STEP ? WHILE_THERE_IS_MORE : OTHERWISE;
    }
}
