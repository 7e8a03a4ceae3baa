package org.perilune.telemetry.query;

import java.time.Instant;
import java.util.Arrays;
import org.perilune.telemetry.store.Times;

/** Minimum and maximum of each pixel of a plot. */
final class PixelFold {
    private final long startMicros;
    private final double widthMicros;
    private final double[] minima;
    private final double[] maxima;

    /** @param widthSeconds of one pixel */
    PixelFold(Instant start, Instant end, double widthSeconds) {
        this.startMicros = Times.micros(start);
        this.widthMicros = widthSeconds * 1e6;
        int count = (int) Math.floor((Times.micros(end) - startMicros) / widthMicros) + 1;
        this.minima = new double[count];
        this.maxima = new double[count];
        Arrays.fill(minima, Double.POSITIVE_INFINITY);
        Arrays.fill(maxima, Double.NEGATIVE_INFINITY);
    }

    void add(long micros, double minimum, double maximum) {
        int pixel = Math.clamp((long) Math.floor((micros - startMicros) / widthMicros), 0, minima.length - 1);
        minima[pixel] = Math.min(minima[pixel], minimum);
        maxima[pixel] = Math.max(maxima[pixel], maximum);
    }

    interface Points {
        void point(long millis, double minimum, double maximum);
    }

    void forEach(Points points) {
        for (int pixel = 0; pixel < minima.length; pixel++) {
            if (minima[pixel] <= maxima[pixel]) {
                points.point(
                        Math.floorDiv(startMicros + Math.round(pixel * widthMicros), 1_000),
                        minima[pixel],
                        maxima[pixel]);
            }
        }
    }
}
