package org.perilune.launcher;

import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** Times as recorded files write them. What names no zone is UTC. */
final class ReplayTime {
    private static final Pattern NUMBER = Pattern.compile("-?\\d{1,18}(\\.\\d{1,9})?");
    private static final Pattern DATE = Pattern.compile("\\d{4}-\\d{2}-\\d{2}");
    private static final Pattern ZONED = Pattern.compile(".*(Z|[+-]\\d{2}:?\\d{2})");

    /** A number of at least so many is milliseconds, not seconds: 100,000,000,000 s are the year 5138. */
    private static final BigDecimal FEWEST_MILLIS = new BigDecimal("1e11");

    /** As above: 100,000,000,000,000 ms are the year 5138. */
    private static final BigDecimal FEWEST_MICROS = new BigDecimal("1e14");

    private ReplayTime() {}

    /**
     * ISO-8601, {@code 2015-08-20 23:58:30.5}, a date alone (its midnight), or seconds, milli- or microseconds since
     * 1970. Empty if it is none of these.
     */
    static Optional<Instant> parse(String text) {
        String stripped = text.strip();
        try {
            if (NUMBER.matcher(stripped).matches()) {
                return Optional.of(sinceEpoch(new BigDecimal(stripped)));
            }
            if (DATE.matcher(stripped).matches()) {
                return Optional.of(LocalDate.parse(stripped).atStartOfDay().toInstant(ZoneOffset.UTC));
            }
            String iso =
                    stripped.toUpperCase(Locale.ROOT).replaceFirst(" +", "T").replace(" ", "");
            return Optional.of(
                    ZONED.matcher(iso).matches() && iso.indexOf('T') > 0 && hasZone(iso)
                            ? OffsetDateTime.parse(colonInZone(iso)).toInstant()
                            : LocalDateTime.parse(iso).toInstant(ZoneOffset.UTC));
        } catch (DateTimeException | ArithmeticException notATime) {
            return Optional.empty();
        }
    }

    /** The '-' of a date is no zone. */
    private static boolean hasZone(String iso) {
        String time = iso.substring(iso.indexOf('T'));
        return time.endsWith("Z") || time.indexOf('+') > 0 || time.indexOf('-') > 0;
    }

    private static String colonInZone(String iso) {
        return iso.replaceFirst("([+-]\\d{2})(\\d{2})$", "$1:$2");
    }

    private static Instant sinceEpoch(BigDecimal number) {
        BigDecimal size = number.abs();
        int shift = 9;
        if (size.compareTo(FEWEST_MICROS) >= 0) {
            shift = 3;
        } else if (size.compareTo(FEWEST_MILLIS) >= 0) {
            shift = 6;
        }
        BigDecimal[] parts = number.movePointRight(shift).divideAndRemainder(new BigDecimal("1e9"));
        return Instant.ofEpochSecond(parts[0].longValueExact(), parts[1].longValue());
    }
}
