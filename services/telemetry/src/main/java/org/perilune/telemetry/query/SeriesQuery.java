package org.perilune.telemetry.query;

import java.time.Instant;
import org.perilune.telemetry.store.Times;

/** One question to {@code GET /series}. */
public record SeriesQuery(String device, String parameter, Instant from, Instant to, int pixels) {
    private static final int[] LEVELS = {14_400, 900, 60};

    double pixelSeconds() {
        return Math.max(0.000_001, (Times.micros(to) - Times.micros(from)) / 1e6 / pixels);
    }

    /** The coarsest roll-up that is no coarser than a pixel, or minutes where they are at most four; 0: raw. */
    int level() {
        double pixel = pixelSeconds();
        for (int level : LEVELS) {
            if (level <= pixel) {
                return level;
            }
        }
        return 60 <= 4 * pixel ? 60 : 0;
    }
}
