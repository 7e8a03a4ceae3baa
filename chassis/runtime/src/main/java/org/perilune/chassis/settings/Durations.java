package org.perilune.chassis.settings;

import java.time.Duration;

/** Durations as people write them. */
final class Durations {
    private Durations() {}

    /**
     * Such as {@code 250ms}, {@code 5s}, {@code 6h}, or ISO-8601 ({@code PT5S}).
     *
     * @throws RuntimeException if it is no such text, not positive, or too long to count
     */
    static Duration parse(String value) {
        Duration duration = value.startsWith("P") ? Duration.parse(value) : parseShort(value);
        if (duration.isNegative() || duration.isZero()) {
            throw new IllegalArgumentException();
        }
        return duration;
    }

    private static Duration parseShort(String value) {
        int unit = 0;
        while (unit < value.length() && Character.isDigit(value.charAt(unit))) {
            unit++;
        }
        long amount = Long.parseLong(value.substring(0, unit));
        return switch (value.substring(unit)) {
            case "ms" -> Duration.ofMillis(amount);
            case "s" -> Duration.ofSeconds(amount);
            case "m" -> Duration.ofMinutes(amount);
            case "h" -> Duration.ofHours(amount);
            case "d" -> Duration.ofDays(amount);
            default -> throw new IllegalArgumentException();
        };
    }
}
