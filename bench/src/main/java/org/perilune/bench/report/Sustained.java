package org.perilune.bench.report;

import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * The runs at one rate. What counts are the medians: a run that the machine disturbed does not undo the others, nor does
 * a lucky one make up for them.
 *
 * @param messagesPerSecond what was asked for
 * @param framesEach frames a message
 */
public record Sustained(double messagesPerSecond, int framesEach, List<Run> runs) {
    private static final Duration DRAIN = Duration.ofSeconds(2);
    private static final double HELD = 0.99;

    public Sustained {
        runs = List.copyOf(runs);
    }

    /**
     * One run, all of whose frames are stored exactly once.
     *
     * @param drain from the last publish until the last frame was stored
     */
    public record Run(double framesPerSecond, Duration drain) {}

    public Figures framesPerSecond() {
        return new Figures(runs.stream().map(Run::framesPerSecond).toList());
    }

    public Figures drainSeconds() {
        return new Figures(runs.stream().map(run -> seconds(run.drain())).toList());
    }

    public boolean isHeld() {
        return isHeld(framesPerSecond().median(), drainSeconds().median());
    }

    public boolean isHeld(Run run) {
        return isHeld(run.framesPerSecond(), seconds(run.drain()));
    }

    private boolean isHeld(double framesPerSecond, double drainSeconds) {
        return framesPerSecond >= HELD * messagesPerSecond * framesEach && drainSeconds <= seconds(DRAIN);
    }

    /** {@code 11,000 messages/s of 10 frames: held in 2 of 3 runs}. */
    public String summary() {
        return String.format(
                Locale.ROOT,
                "%,.0f messages/s of %d frames: held in %d of %d runs; medians %,.0f frames/s, empty after %.2f s",
                messagesPerSecond,
                framesEach,
                runs.stream().filter(this::isHeld).count(),
                runs.size(),
                framesPerSecond().median(),
                drainSeconds().median());
    }

    public static double seconds(Duration duration) {
        return duration.toNanos() / 1e9;
    }
}
