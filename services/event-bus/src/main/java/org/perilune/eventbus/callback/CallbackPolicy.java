package org.perilune.eventbus.callback;

import java.time.Duration;
import org.perilune.chassis.settings.Settings;

/**
 * How callbacks are made.
 *
 * @param firstRetry the pause after the first try; each is twice the last, up to {@link #LONGEST_PAUSE}
 * @param tries in all
 */
public record CallbackPolicy(AllowedHosts allowed, Duration firstRetry, int tries) {
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(5);

    /** Reads {@code callbacks.allowed-hosts}, {@code callbacks.first-retry}, {@code callbacks.tries}. */
    public static CallbackPolicy read(Settings in) {
        return new CallbackPolicy(
                AllowedHosts.read(in),
                in.duration("callbacks.first-retry", Duration.ofSeconds(1)),
                in.integer("callbacks.tries", 12, 1, 100));
    }

    /** @param tries so far, 1 or more */
    public Duration pauseAfter(int tries) {
        Duration pause = firstRetry.multipliedBy(1L << Math.min(tries - 1, 20));
        return pause.compareTo(LONGEST_PAUSE) < 0 ? pause : LONGEST_PAUSE;
    }
}
