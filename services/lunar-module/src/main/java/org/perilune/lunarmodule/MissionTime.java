package org.perilune.lunarmodule;

import java.time.Duration;
import java.time.Instant;

/**
 * What ties simulated time to real time: at an instant so much had elapsed, and since then it goes at a scale. Kept, so
 * that the flight goes on where it would be after any pause.
 *
 * @param elapsedSeconds simulated, at the instant
 * @param scale simulated seconds in a real one
 */
record MissionTime(Instant at, double elapsedSeconds, double scale) {
    /** How long after its first start the lunar module first goes behind the Moon, simulated. */
    private static final Duration FIRST_LOSS_AFTER = Duration.ofMinutes(17);

    /** A first start is in view, and goes behind the Moon 17 minutes of simulated time later. */
    static MissionTime first(LunarOrbit orbit, Instant now, double scale) {
        double before = MissionState.seconds(FIRST_LOSS_AFTER);
        double firstView = orbit.next(0, true).orElse(0);
        double firstLoss = orbit.next(firstView, false).orElse(before);
        return new MissionTime(now, firstLoss - before, scale);
    }

    double elapsed(Instant now) {
        return elapsedSeconds + scale * Duration.between(at, now).toNanos() / 1e9;
    }

    /** The real instant of a simulated time. */
    Instant instantOf(double elapsed) {
        return at.plusNanos(Math.round((elapsed - elapsedSeconds) / scale * 1e9));
    }

    /** The same flight at another speed from now on. */
    MissionTime withScale(Instant now, double newScale) {
        return newScale == scale ? this : new MissionTime(now, elapsed(now), newScale);
    }
}
