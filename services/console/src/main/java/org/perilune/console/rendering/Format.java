package org.perilune.console.rendering;

import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How numbers and times read on a page; format.js does the same for what changes later. */
public final class Format {
    public static final String ABSENT = "–";

    private Format() {}

    /** Digits by magnitude, so that a value keeps its width while it moves. */
    public static String number(double value) {
        if (!Double.isFinite(value)) {
            return Double.isNaN(value) ? "not a number" : value > 0 ? "∞" : "−∞";
        }
        double size = Math.abs(value);
        int decimals = size >= 10_000 ? 0 : size >= 100 ? 1 : size >= 1 || size == 0 ? 2 : 4;
        if (size > 0 && (size < 0.0001 || size >= 1e12)) {
            return String.format(Locale.ROOT, "%.3e", value).replace('-', '−');
        }
        return String.format(Locale.ROOT, "%,." + decimals + "f", value)
                .replace(',', '\u202f')
                .replace('-', '−');
    }

    /** One unit is enough: 4 s, 12 min, 3 h, 5 d. */
    public static String span(Duration duration) {
        long seconds = Math.max(0, duration.toSeconds());
        if (seconds < 90) {
            return seconds + " s";
        }
        if (seconds < 90 * 60) {
            return Math.round(seconds / 60.0) + " min";
        }
        if (seconds < 36 * 3600) {
            return Math.round(seconds / 3600.0) + " h";
        }
        return Math.round(seconds / 86_400.0) + " d";
    }

    public static String ago(@Nullable Instant then, Instant now) {
        return then == null ? "never" : span(Duration.between(then, now));
    }

    /** Nobody needs to know a latency to the microsecond. */
    public static String milliseconds(double millis) {
        return String.format(Locale.ROOT, "%.1f ms", millis);
    }

    public static String bytes(long bytes) {
        if (bytes < 1024 * 1024) {
            return Math.max(1, bytes / 1024) + " kB";
        }
        return String.format(Locale.ROOT, "%,d MB", bytes / 1024 / 1024).replace(',', '\u202f');
    }

    public static String time(@Nullable Instant instant) {
        return instant == null ? ABSENT : instant.toString().replace('T', ' ').replaceFirst("(\\.\\d+)?Z", " UTC");
    }
}
