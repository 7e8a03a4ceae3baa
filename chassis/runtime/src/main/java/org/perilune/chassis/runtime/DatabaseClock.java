package org.perilune.chassis.runtime;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The time by which is decided what is due: the database's, the same for all copies of a service, carried on by this
 * machine's monotonic clock. Nobody changes it by setting a machine's clock: where the database's time departs from it,
 * it goes on as before and says that it is not steady, and whoever ends or begins something for good by the time of day
 * waits. See {@link DatabaseClockConfig#settle()} for how that ends. Safe for threads.
 */
public final class DatabaseClock extends Clock implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DatabaseClock.class);
    private static final Duration EVERY = Duration.ofSeconds(1);
    private static final Duration FIRST_TRIES = Duration.ofMillis(50);

    private final String name;
    private final Supplier<Instant> database;
    private final Clock before;
    private final ClockDiscipline discipline;
    private final Duration settle;
    private volatile @Nullable Loop loop;
    private final boolean fixed;

    private DatabaseClock(
            String name, Supplier<Instant> database, Clock before, DatabaseClockConfig config, boolean fixed) {
        this.name = name;
        this.database = database;
        this.before = before;
        this.discipline = new ClockDiscipline(config);
        this.settle = config.settle();
        this.fixed = fixed;
    }

    /**
     * @param name of the service
     * @param database asks for the database's time; fails by an exception where it is away
     * @param before tells the time until the database has answered for the first time; nothing is due until then
     */
    public static DatabaseClock follow(
            String name, Supplier<Instant> database, Clock before, DatabaseClockConfig config, MeterRegistry meters) {
        var clock = new DatabaseClock(name, database, before, config, false);
        Gauge.builder("clock.steady", clock, self -> self.isSteady() ? 1 : 0)
                .description("0 while the database's clock and the monotonic clock disagree: nothing is due then")
                .register(meters);
        Gauge.builder("clock.off", clock, self -> self.discipline.off().toNanos() / 1e9)
                .baseUnit("seconds")
                .description("How far the database's clock is ahead of the time kept here, while they disagree")
                .register(meters);
        clock.loop = Loop.start(name + "-clock", clock::ask);
        return clock;
    }

    /** A clock that is always believed: for tests that move the time themselves. */
    public static DatabaseClock of(Clock clock) {
        var none = new DatabaseClockConfig(Duration.ZERO, Duration.ZERO);
        return new DatabaseClock("", clock::instant, clock, none, true);
    }

    /** Whether something may be begun or ended for good by this time. */
    public boolean isSteady() {
        return fixed || discipline.isSteady();
    }

    @Override
    public Instant instant() {
        return fixed ? before.instant() : discipline.at(System.nanoTime()).orElseGet(before::instant);
    }

    @Override
    public ZoneId getZone() {
        return before.getZone();
    }

    @Override
    public Clock withZone(ZoneId zone) {
        throw new UnsupportedOperationException("Everything is told in UTC");
    }

    private Duration ask() {
        long asked = System.nanoTime();
        try {
            Instant told = database.get();
            report(discipline.sample(told, asked, System.nanoTime()), told);
        } catch (RuntimeException away) {
            LOG.debug("The database does not tell its time [service: {}]", name, away);
        }
        return discipline.at(System.nanoTime()).isPresent() ? EVERY : FIRST_TRIES;
    }

    private void report(ClockDiscipline.Finding finding, Instant told) {
        switch (finding) {
            case STEPPED ->
                LOG.warn(
                        "The database's clock departs from the time that is kept here: somebody set a clock, or the machine"
                                + " was asleep. Nothing is launched, missed or expired until they agree, or until the new"
                                + " time has lasted for {} [service: {}, ahead by: {}, the database says: {}]",
                        settle,
                        name,
                        discipline.off(),
                        told);
            case BACK -> LOG.info("The database's clock agrees again; what is due goes on [service: {}]", name);
            case SETTLED ->
                LOG.warn(
                        "The database's new time has lasted and counts from now on [service: {}, time: {}]",
                        name,
                        told);
            case AGREES, OFF, VAGUE -> {
                // Nothing new.
            }
        }
    }

    @Override
    public void close() {
        Loop asking = loop;
        if (asking != null) {
            asking.close();
        }
    }
}
