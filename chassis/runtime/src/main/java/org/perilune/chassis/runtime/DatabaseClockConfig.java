package org.perilune.chassis.runtime;

import java.time.Duration;
import org.perilune.chassis.settings.Settings;

/**
 * When a {@link DatabaseClock} believes the database.
 *
 * @param tolerance so far the database's time may be from ours to be followed without a word
 * @param settle a database whose clock was set is believed after so long, if the clock is not set back before
 */
public record DatabaseClockConfig(Duration tolerance, Duration settle) {
    private static final Duration SHORTEST_TOLERANCE = Duration.ofMillis(100);

    /** Reads {@code clock.tolerance} and {@code clock.settle}. */
    public static DatabaseClockConfig read(Settings in) {
        var config = new DatabaseClockConfig(
                in.duration("clock.tolerance", Duration.ofSeconds(1)),
                in.duration("clock.settle", Duration.ofMinutes(5)));
        if (config.tolerance.compareTo(SHORTEST_TOLERANCE) < 0) {
            in.fault("clock.tolerance", "must be at least " + SHORTEST_TOLERANCE);
        }
        return config;
    }
}
