package org.perilune.launcher;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** Times since a mission's start as flight logs write them; before it with a minus. */
final class ElapsedTime {
    private static final Pattern SECONDS = Pattern.compile("[+-]?\\d{1,11}(\\.\\d{1,9})?");
    private static final Pattern CLOCK = Pattern.compile("[+-]?\\d{1,6}:[0-5]?\\d(:[0-5]?\\d(\\.\\d{1,9})?)?");

    /** A true minus sign, and a dash that stands for one. */
    private static final Pattern MINUS = Pattern.compile("[\\u2212\\u2013]");

    private ElapsedTime() {}

    /** {@code 102:45:39.9}, {@code 102:45}, {@code -028:00:00}, {@code T+00:10:00}, or seconds. Empty if none of these. */
    static Optional<Duration> parse(String text) {
        String plain = MINUS.matcher(text.strip().toUpperCase(Locale.ROOT))
                .replaceAll("-")
                .replaceFirst("^T(?=[+-])", "");
        if (SECONDS.matcher(plain).matches()) {
            return Optional.of(seconds(new BigDecimal(plain)));
        }
        if (!CLOCK.matcher(plain).matches()) {
            return Optional.empty();
        }
        boolean before = plain.startsWith("-");
        String[] parts = (before || plain.startsWith("+") ? plain.substring(1) : plain).split(":");
        Duration elapsed = Duration.ofHours(Long.parseLong(parts[0]))
                .plusMinutes(Long.parseLong(parts[1]))
                .plus(parts.length > 2 ? seconds(new BigDecimal(parts[2])) : Duration.ZERO);
        return Optional.of(before ? elapsed.negated() : elapsed);
    }

    private static Duration seconds(BigDecimal seconds) {
        BigDecimal[] parts = seconds.divideAndRemainder(BigDecimal.ONE);
        return Duration.ofSeconds(
                parts[0].longValueExact(), parts[1].movePointRight(9).longValueExact());
    }
}
