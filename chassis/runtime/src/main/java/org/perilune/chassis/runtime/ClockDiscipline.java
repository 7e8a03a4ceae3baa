package org.perilune.chassis.runtime;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Makes one steady time of what a database says and a monotonic clock counts. Small differences are worked off slowly. A
 * large one means that somebody has set a clock, or that the machine was asleep, and which of the two times is right
 * cannot be told: the time goes on as it was, and is not steady, until the two agree again or the new one has lasted.
 * Only one thread may feed it; it can be read by all.
 */
final class ClockDiscipline {
    /** Of one sample. */
    private static final Duration SLEW = Duration.ofMillis(5);

    private final Duration tolerance;
    private final Duration settle;
    private volatile @Nullable Line line;
    private volatile @Nullable Step step;

    /** It was this late when the monotonic clock said that. */
    private record Line(Instant at, long nanos) {
        Instant at(long now) {
            return at.plusNanos(now - nanos);
        }
    }

    private record Step(Duration by, long sinceNanos) {}

    /** What a sample came to. */
    enum Finding {
        AGREES,
        /** The first time that the database is off. */
        STEPPED,
        /** It is still off. */
        OFF,
        /** It is back where it was. */
        BACK,
        /** The new time has lasted, and counts from now on. */
        SETTLED,
        /** The answer took too long to tell anything. */
        VAGUE
    }

    ClockDiscipline(DatabaseClockConfig config) {
        this.tolerance = config.tolerance();
        this.settle = config.settle();
    }

    /**
     * @param asked when the database was asked, by the monotonic clock
     * @param answered when its answer was there
     */
    Finding sample(Instant database, long asked, long answered) {
        long trip = answered - asked;
        if (trip > tolerance.toNanos() / 2) {
            return Finding.VAGUE;
        }
        Instant told = database.plusNanos(trip / 2);
        Line known = line;
        if (known == null) {
            line = new Line(told, answered);
            return Finding.AGREES;
        }
        Instant ours = known.at(answered);
        Duration off = Duration.between(ours, told);
        Step before = step;
        if (off.abs().compareTo(tolerance) <= 0) {
            line = new Line(ours.plus(slew(off)), answered);
            step = null;
            return before == null ? Finding.AGREES : Finding.BACK;
        }
        if (before == null || off.minus(before.by).abs().compareTo(tolerance) > 0) {
            step = new Step(off, answered);
            return Finding.STEPPED;
        }
        if (answered - before.sinceNanos < settle.toNanos()) {
            return Finding.OFF;
        }
        line = new Line(told, answered);
        step = null;
        return Finding.SETTLED;
    }

    private static Duration slew(Duration off) {
        if (off.abs().compareTo(SLEW) <= 0) {
            return off;
        }
        return off.isNegative() ? SLEW.negated() : SLEW;
    }

    /** Empty before the first sample. */
    Optional<Instant> at(long nanos) {
        return Optional.ofNullable(line).map(known -> known.at(nanos));
    }

    boolean isSteady() {
        return line != null && step == null;
    }

    /** By how much the database is off; zero while it is not. */
    Duration off() {
        Step now = step;
        return now == null ? Duration.ZERO : now.by;
    }
}
