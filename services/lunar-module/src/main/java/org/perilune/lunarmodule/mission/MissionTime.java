package org.perilune.lunarmodule.mission;

import java.time.Duration;
import java.time.Instant;
import org.perilune.lunarmodule.orbit.LunarOrbit;

/**
 * What ties simulated time to real time: at an instant so much had elapsed, and since then it goes at a scale. Kept, so
 * that the flight goes on where it would be after any pause.
 *
 * @param elapsedSeconds simulated, at the instant
 * @param scale simulated seconds in a real one
 */
public record MissionTime(Instant at, double elapsedSeconds, double scale) {
    /** So that it is in view beyond doubt. */
    private static final double AFTER_ACQUISITION_SECONDS = 10;

    /**
     * A mission begins right after acquisition of signal, or later in that pass.
     *
     * @param firstLossAfter simulated time until the first loss of signal, as far as the pass lasts so long
     */
    public static MissionTime first(LunarOrbit orbit, Instant now, double scale, Duration firstLossAfter) {
        double acquisition = orbit.next(0, true).orElse(0) + AFTER_ACQUISITION_SECONDS;
        double loss = orbit.next(acquisition, false).orElse(acquisition);
        return new MissionTime(now, Math.max(acquisition, loss - MissionState.seconds(firstLossAfter)), scale);
    }

    public double elapsed(Instant now) {
        return elapsedSeconds + scale * Duration.between(at, now).toNanos() / 1e9;
    }

    /** The real instant of a simulated time. */
    public Instant instantOf(double elapsed) {
        return at.plusNanos(Math.round((elapsed - elapsedSeconds) / scale * 1e9));
    }

    /** The same flight at another speed from now on. */
    public MissionTime withScale(Instant now, double newScale) {
        return newScale == scale ? this : new MissionTime(now, elapsed(now), newScale);
    }
}
