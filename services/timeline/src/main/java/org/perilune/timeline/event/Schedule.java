package org.perilune.timeline.event;

import com.cronutils.model.CronType;
import com.cronutils.model.definition.CronDefinitionBuilder;
import com.cronutils.model.time.ExecutionTime;
import com.cronutils.parser.CronParser;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/** When a repeated event comes: a cron expression of five fields, in UTC, where no hour is skipped or comes twice. */
public final class Schedule {
    /** The last instant that anything can be planned for. */
    public static final Instant LATEST = Instant.parse("9999-12-31T23:59:59.999Z");

    private final ExecutionTime times;

    private Schedule(ExecutionTime times) {
        this.times = times;
    }

    /** @throws IllegalArgumentException whose message says what is wrong with the expression */
    public static Schedule parse(String expression) {
        CronWords.check(expression);
        var parser = new CronParser(CronDefinitionBuilder.instanceDefinitionFor(CronType.UNIX));
        try {
            return new Schedule(ExecutionTime.forCron(parser.parse(expression)));
        } catch (IllegalArgumentException unforeseen) {
            throw new IllegalArgumentException("cannot be read; " + CronWords.EXPECTED, unforeseen);
        }
    }

    /** The first one at that instant or after it; empty where none comes any more. */
    Optional<Instant> atOrAfter(Instant instant) {
        return next(instant.truncatedTo(ChronoUnit.SECONDS).equals(instant) ? instant.minusSeconds(1) : instant);
    }

    public Optional<Instant> after(Instant instant) {
        return next(instant);
    }

    /** The last one at that instant or before it. */
    public Optional<Instant> atOrBefore(Instant instant) {
        return last(instant.truncatedTo(ChronoUnit.SECONDS).plusSeconds(1))
                .filter(found -> !found.isAfter(instant))
                .or(() -> last(instant));
    }

    public Optional<Instant> before(Instant instant) {
        return last(instant);
    }

    private Optional<Instant> next(Instant instant) {
        return times.nextExecution(utc(instant)).map(ZonedDateTime::toInstant).filter(found -> !found.isAfter(LATEST));
    }

    private Optional<Instant> last(Instant instant) {
        return times.lastExecution(utc(instant)).map(ZonedDateTime::toInstant);
    }

    private static ZonedDateTime utc(Instant instant) {
        return instant.atZone(ZoneOffset.UTC);
    }
}
