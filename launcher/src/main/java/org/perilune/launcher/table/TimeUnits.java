package org.perilune.launcher.table;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a number that stands for a time counts. */
enum TimeUnits {
    SECONDS("seconds", 0),
    MILLIS("milliseconds", 3),
    MICROS("microseconds", 6),
    NANOS("nanoseconds", 9),
    MINUTES("minutes", 0),
    HOURS("hours", 0),
    DAYS("days", 0);

    /** Decimal commas are none of a time's thousands. */
    static final Pattern NUMBER = Pattern.compile("[+-]?\\d{1,20}(?:[.,]\\d{1,18})?(?:[eE][+-]?\\d{1,2})?");

    private static final Pattern IN_HEADER = Pattern.compile(
            "(?:^|[\\[(_ /-])(ns|nanos|nanoseconds|us|µs|μs|micros|microseconds|ms|msec|millis|milliseconds|s|secs?|seconds|"
                    + "min|minutes|h|hours?|days?)[\\])]?$");

    /** Numbers of at least 10^n are not seconds but that: 10^11 s are the year 5138. */
    private static final List<Integer> FEWEST_DIGITS = List.of(11, 14, 17);

    private final String plural;
    private final int decimals;

    TimeUnits(String plural, int decimals) {
        this.plural = plural;
        this.decimals = decimals;
    }

    static BigDecimal number(String cell) {
        return new BigDecimal(cell.replace(',', '.'));
    }

    /** As a header says: {@code time (ms)}, {@code epoch_ns}. */
    static Optional<TimeUnits> inHeader(String header) {
        Matcher unit = IN_HEADER.matcher(header.strip().toLowerCase(Locale.ROOT));
        if (!unit.find()) {
            return Optional.empty();
        }
        return Optional.of(
                switch (unit.group(1)) {
                    case "ns", "nanos", "nanoseconds" -> NANOS;
                    case "us", "µs", "μs", "micros", "microseconds" -> MICROS;
                    case "ms", "msec", "millis", "milliseconds" -> MILLIS;
                    case "min", "minutes" -> MINUTES;
                    case "h", "hour", "hours" -> HOURS;
                    case "day", "days" -> DAYS;
                    default -> SECONDS;
                });
    }

    /** By the size of a number that counts from 1970. */
    static TimeUnits bySize(BigDecimal number) {
        BigDecimal size = number.abs();
        TimeUnits found = SECONDS;
        for (int i = 0; i < FEWEST_DIGITS.size(); i++) {
            if (size.compareTo(BigDecimal.ONE.movePointRight(FEWEST_DIGITS.get(i))) >= 0) {
                found = values()[i + 1];
            }
        }
        return found;
    }

    /** @throws ArithmeticException beyond what a duration holds */
    Duration of(BigDecimal number) {
        BigDecimal seconds = switch (this) {
            case MINUTES -> number.multiply(BigDecimal.valueOf(60));
            case HOURS -> number.multiply(BigDecimal.valueOf(3_600));
            case DAYS -> number.multiply(BigDecimal.valueOf(86_400));
            default -> number.movePointLeft(decimals);
        };
        BigDecimal[] parts = seconds.setScale(9, RoundingMode.HALF_EVEN).divideAndRemainder(BigDecimal.ONE);
        return Duration.ofSeconds(
                parts[0].longValueExact(), parts[1].movePointRight(9).longValueExact());
    }

    @Override
    public String toString() {
        return plural;
    }
}
