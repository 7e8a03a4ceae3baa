package org.perilune.launcher.table;

import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.temporal.TemporalAccessor;
import java.time.temporal.TemporalQueries;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.perilune.launcher.home.LauncherException;

/** Makes an instant of what is written in a row's time columns; empty where it is none. */
@FunctionalInterface
interface TimeReader {
    LocalDateTime SPREADSHEET_ZERO = LocalDate.of(1899, 12, 30).atStartOfDay();

    Optional<Instant> read(List<String> cells);

    /** Dates and times of day. */
    static TimeReader text(TimeText.Order order, ZoneId zone) {
        return cells -> {
            var first = TimeText.parse(cells.getFirst(), order);
            return cells.size() == 1
                    ? first.flatMap(text -> text.instant(zone))
                    : first.flatMap(text -> TimeText.parse(cells.get(1), order).flatMap(text::with))
                            .flatMap(text -> text.instant(zone));
        };
    }

    /** Numbers of units since an instant. */
    static TimeReader since(Instant zero, TimeUnits unit) {
        return number(number -> zero.plus(unit.of(number)));
    }

    /** A spreadsheet's days; their fractions are not exact. */
    static TimeReader days(ZoneId zone) {
        return number(number -> {
            Duration since = TimeUnits.DAYS.of(number).plusNanos(500_000);
            return SPREADSHEET_ZERO
                    .plus(Duration.ofMillis(since.toMillis()))
                    .atZone(zone)
                    .toInstant();
        });
    }

    private static TimeReader number(java.util.function.Function<BigDecimal, Instant> meaning) {
        return cells -> {
            String cell = cells.getFirst();
            if (!TimeUnits.NUMBER.matcher(cell).matches()) {
                return Optional.empty();
            }
            try {
                return Optional.of(meaning.apply(TimeUnits.number(cell)));
            } catch (ArithmeticException | DateTimeException outOfRange) {
                return Optional.empty();
            }
        };
    }

    /** As flight logs write them. */
    static TimeReader elapsed(Instant zero) {
        return cells -> ElapsedTime.parse(cells.getFirst()).flatMap(elapsed -> {
            try {
                return Optional.of(zero.plus(elapsed));
            } catch (ArithmeticException | DateTimeException outOfRange) {
                return Optional.empty();
            }
        });
    }

    /** Year, month, day, and maybe hour, minute and second, a column each. */
    static TimeReader parts(ZoneId zone) {
        return cells -> {
            int[] parts = {0, 0, 0, 0, 0, 0};
            for (int i = 0; i < cells.size(); i++) {
                if (!cells.get(i).matches("\\d{1,4}(\\.0+)?")) {
                    return Optional.empty();
                }
                parts[i] = (int) Double.parseDouble(cells.get(i));
            }
            try {
                return Optional.of(LocalDateTime.of(parts[0], parts[1], parts[2], parts[3], parts[4], parts[5])
                        .atZone(zone)
                        .toInstant());
            } catch (DateTimeException noSuchTime) {
                return Optional.empty();
            }
        };
    }

    /** @throws LauncherException if it is no pattern */
    static TimeReader pattern(String pattern, ZoneId zone) {
        DateTimeFormatter formatter;
        try {
            formatter = DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH);
        } catch (IllegalArgumentException noPattern) {
            throw new LauncherException(
                    "--time-format wants seconds, millis, micros, nanos, excel, dmy, mdy or a pattern such as"
                            + " \"dd-MM-yyyy HH.mm\"; not '" + pattern + "': " + noPattern.getMessage(),
                    noPattern);
        }
        return cells -> {
            try {
                TemporalAccessor read = formatter.parse(String.join(" ", cells));
                LocalDate date = read.query(TemporalQueries.localDate());
                LocalTime time = read.query(TemporalQueries.localTime());
                ZoneId named = read.query(TemporalQueries.zone());
                if (date == null) {
                    return Optional.empty();
                }
                return Optional.of(date.atTime(time == null ? LocalTime.MIDNIGHT : time)
                        .atZone(named == null ? zone : named)
                        .toInstant());
            } catch (DateTimeException other) {
                return Optional.empty();
            }
        };
    }
}
