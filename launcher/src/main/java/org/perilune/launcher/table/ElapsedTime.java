package org.perilune.launcher.table;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Times since a mission's start as flight logs write them; before it with a minus. */
final class ElapsedTime {
    private static final String SECONDS = "\\d{1,11}(?:\\.\\d{1,9})?";
    private static final Pattern NUMBER = Pattern.compile("[+-]?" + SECONDS);

    /** {@code 1/02:03:04}, {@code 1 DAY, 2:03:04}, {@code 1.02:03:04}, {@code 001:02:03:04}, {@code 102:45:39.9}. */
    private static final Pattern CLOCK = Pattern.compile("(?<sign>[+-])?"
            + "(?:(?<days>\\d{1,6})(?<between>/|:(?=\\d+:\\d+:)|\\.(?=\\d+:\\d+:)| ?D(?:AYS?)?(?:,? ?\\+?)))?"
            + "(?<hours>\\d{1,6}):(?<minutes>[0-5]?\\d)(?::(?<seconds>[0-5]?\\d(?:\\.\\d{1,9})?))?");

    /** A fraction is one of seconds. */
    private static final Pattern SHORT_CLOCK =
            Pattern.compile("(?<sign>[+-])?(?<minutes>\\d{1,6}):(?<seconds>[0-5]?\\d\\.\\d{1,9})");

    /** {@code P1DT2H}, {@code 1D 2H 3M 4S}. */
    private static final Pattern UNITS = Pattern.compile("(?<sign>[+-])?(?:P(?=.))?"
            + "(?:(?<days>\\d{1,6}) ?D(?:AYS?)?)?[ T,]*(?:(?<hours>\\d{1,7}) ?H)?[ ,]*"
            + "(?:(?<minutes>\\d{1,9}) ?M(?:IN)?)?[ ,]*(?:(?<seconds>" + SECONDS + ") ?S(?:EC)?)?");

    /** A true minus sign, and a dash that stands for one. */
    private static final Pattern MINUS = Pattern.compile("[\\u2212\\u2013]");

    /** What the number counts from: {@code T+}, {@code MET 1/02:03:04}. */
    private static final Pattern LABEL = Pattern.compile("^(?:(?:MET|GET|GMET)\\s*|[TL] ?(?=[+-]))");

    private ElapsedTime() {}

    /** Days, hours, minutes and seconds in these forms, or seconds alone. Empty if it is none of these. */
    static Optional<Duration> parse(String text) {
        String plain = LABEL.matcher(
                        MINUS.matcher(text.strip().toUpperCase(Locale.ROOT)).replaceAll("-"))
                .replaceFirst("")
                .replaceFirst("^([+-]) +", "$1")
                .replaceFirst("(?<=\\d),(?=\\d+$)", ".");
        if (NUMBER.matcher(plain).matches()) {
            return Optional.of(seconds(plain));
        }
        if (plain.length() > 40) {
            return Optional.empty();
        }
        Matcher clock = CLOCK.matcher(plain);
        if (clock.matches()) {
            return Optional.of(clock(clock));
        }
        Matcher brief = SHORT_CLOCK.matcher(plain);
        if (brief.matches()) {
            return Optional.of(signed(brief, part(brief, "minutes", 60).plus(seconds(brief.group("seconds")))));
        }
        Matcher units = UNITS.matcher(plain);
        if (units.matches() && plain.matches(".*\\d.*")) {
            return Optional.of(signed(units, sum(units)));
        }
        return Optional.empty();
    }

    private static Duration clock(Matcher clock) {
        String between = clock.group("between");
        if (between == null || !between.contains("D")) {
            return signed(clock, sum(clock));
        }
        // Python writes 10 s before the start as "-1 day, 23:59:50": only the days are negative.
        Duration days = part(clock, "days", 86_400);
        return signed(clock, days).plus(sum(clock)).minus(days);
    }

    private static Duration sum(Matcher parts) {
        String seconds = parts.group("seconds");
        return part(parts, "days", 86_400)
                .plus(part(parts, "hours", 3_600))
                .plus(part(parts, "minutes", 60))
                .plus(seconds == null ? Duration.ZERO : seconds(seconds));
    }

    private static Duration part(Matcher parts, String name, long seconds) {
        String number = parts.group(name);
        return number == null ? Duration.ZERO : Duration.ofSeconds(Long.parseLong(number) * seconds);
    }

    private static Duration signed(Matcher parts, Duration size) {
        return "-".equals(parts.group("sign")) ? size.negated() : size;
    }

    private static Duration seconds(String text) {
        BigDecimal[] parts = new BigDecimal(text).divideAndRemainder(BigDecimal.ONE);
        return Duration.ofSeconds(
                parts[0].longValueExact(), parts[1].movePointRight(9).longValueExact());
    }
}
