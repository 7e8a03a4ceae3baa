package org.perilune.launcher.table;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.perilune.launcher.home.LauncherException;

/** Finds out how the times of a table are written. What could be read in two ways is refused, not guessed. */
public final class Times {
    /** From here on seconds are since 1970, not since some start: 10^8 s are a day of 1973, and three years. */
    private static final BigDecimal LEAST_EPOCH_SECONDS = BigDecimal.ONE.movePointRight(8);

    /** Days of a spreadsheet from 1954 to 2119; also the seconds of an afternoon. */
    private static final BigDecimal LEAST_DAY = BigDecimal.valueOf(20_000);

    private static final BigDecimal MOST_DAYS = BigDecimal.valueOf(80_000);
    private static final Pattern YEAR_LAST = Pattern.compile("(\\d{1,2})[/-](\\d{1,2})[/-]\\d{4}.*");
    private static final int MOST_MONTHS = 12;

    private final TableLayout layout;
    private final TableOptions options;
    private final ZoneId zone;
    private final @Nullable Instant start;
    private final boolean either;
    private final TimeText.Order order;

    private Times(TableLayout layout, TableOptions options, @Nullable Instant start, boolean either) {
        this.layout = layout;
        this.options = options;
        this.start = start;
        this.either = either;
        zone = options.zoneId();
        order = order();
    }

    /**
     * @param start what relative times count from; null: the file's times must not be relative
     * @throws LauncherException if there is no time, or more than one way to read it
     */
    public static TimeColumn instants(TableLayout layout, TableOptions options, @Nullable Instant start) {
        return new Times(layout, options, start, false).find(TimeFinder.INSTANTS);
    }

    /**
     * For whoever takes relative times, which are given as if they counted from 1970, as well as others.
     *
     * @throws LauncherException if there is no time
     */
    public static TimeColumn elapsed(TableLayout layout, TableOptions options) {
        return new Times(layout, options, Instant.EPOCH, true).find(TimeFinder.ELAPSED);
    }

    private TimeColumn find(List<String> names) {
        if (layout.sample().isEmpty()) {
            throw new LauncherException(layout.file() + " holds no rows below its header");
        }
        var finder = new TimeFinder(layout, order);
        boolean named = !options.timeColumns.isEmpty();
        TimeFinder.Found found = named ? finder.named(options.timeColumns) : finder.guessed(names);
        if (options.timeFormat != null && !isOrder(options.timeFormat)) {
            return asSaid(found, options.timeFormat);
        }
        if (found.parts()) {
            return column(found, TimeReader.parts(zone), false, "date and time in parts, " + zoneName());
        }
        List<String> cells = layout.cells(found.columns().getFirst());
        return switch (found.kind()) {
            case WHOLE -> column(found, TimeReader.text(order, zone), false, "dates and times, " + zones(cells));
            case DATE -> days(found, cells, named);
            case CLOCK, ELAPSED -> relative(found, TimeReader.elapsed(zero()), "hours, minutes and seconds");
            case NUMBER -> numbers(found, cells);
            case NONE -> throw unreadable(found);
        };
    }

    private static boolean isOrder(String format) {
        return format.equals("dmy") || format.equals("mdy");
    }

    /** Which of 01/02/2026 is the day, by what a person says, or by a number over 12. */
    private TimeText.Order order() {
        if (options.timeFormat != null && isOrder(options.timeFormat)) {
            return options.timeFormat.equals("dmy") ? TimeText.Order.DAY_FIRST : TimeText.Order.MONTH_FIRST;
        }
        boolean dayFirst = false;
        boolean monthFirst = false;
        for (TableRow row : layout.sample()) {
            for (String cell : row.fields()) {
                Matcher date = YEAR_LAST.matcher(cell);
                if (date.matches()) {
                    dayFirst |= Integer.parseInt(date.group(1)) > MOST_MONTHS;
                    monthFirst |= Integer.parseInt(date.group(2)) > MOST_MONTHS;
                }
            }
        }
        if (dayFirst == monthFirst) {
            return TimeText.Order.NONE;
        }
        return dayFirst ? TimeText.Order.DAY_FIRST : TimeText.Order.MONTH_FIRST;
    }

    private TimeColumn asSaid(TimeFinder.Found found, String format) {
        Optional<TimeUnits> unit = switch (format) {
            case "seconds" -> Optional.of(TimeUnits.SECONDS);
            case "millis" -> Optional.of(TimeUnits.MILLIS);
            case "micros" -> Optional.of(TimeUnits.MICROS);
            case "nanos" -> Optional.of(TimeUnits.NANOS);
            default -> Optional.empty();
        };
        if (unit.isPresent()) {
            return start == null ? epoch(found, unit.get()) : counted(found, unit.get());
        }
        if (format.equals("excel")) {
            return column(found, TimeReader.days(zone), false, "days of a spreadsheet, " + zoneName());
        }
        return column(
                found,
                TimeReader.pattern(format, zone),
                false,
                "written as " + format + ", " + zoneName() + " where no zone is named");
    }

    private TimeColumn days(TimeFinder.Found found, List<String> cells, boolean named) {
        if (!named && TimeFinder.repeats(cells)) {
            throw new LauncherException(
                    "Column %s of %s holds days, and the same day more than once; no column holds times of day. Name both with --time-column D --time-column T, or this one alone if midnight will do"
                            .formatted(name(found), layout.file()));
        }
        return column(found, TimeReader.text(order, zone), false, "days, each at midnight, " + zones(cells));
    }

    private TimeColumn numbers(TimeFinder.Found found, List<String> cells) {
        List<BigDecimal> sorted = cells.stream()
                .filter(cell -> TimeUnits.NUMBER.matcher(cell).matches())
                .map(TimeUnits::number)
                .sorted()
                .toList();
        BigDecimal middle = sorted.get(sorted.size() / 2);
        Optional<TimeUnits> said =
                TimeUnits.inHeader(layout.header().get(found.columns().getFirst()));
        TimeUnits unit = said.orElseGet(() -> TimeUnits.bySize(middle));
        Duration since = unit.of(middle);
        if (BigDecimal.valueOf(since.toSeconds()).compareTo(LEAST_EPOCH_SECONDS) >= 0) {
            return epoch(found, unit);
        }
        boolean maybeDays = said.isEmpty()
                && sorted.getFirst().compareTo(LEAST_DAY) >= 0
                && sorted.getLast().compareTo(MOST_DAYS) < 0;
        if (maybeDays && start == null) {
            TableRow row = firstRow(found);
            String cell = row.fields().get(found.columns().getFirst());
            throw new LauncherException(
                    "Column %s of %s: '%s' in line %,d may be a day of a spreadsheet (%s) or seconds since some start. Say --time-format excel, or --start INSTANT"
                            .formatted(
                                    name(found),
                                    layout.file(),
                                    cell,
                                    row.line(),
                                    TimeReader.days(zone).read(List.of(cell)).orElse(Instant.EPOCH)));
        }
        return counted(found, said.orElse(TimeUnits.SECONDS));
    }

    private TimeColumn counted(TimeFinder.Found found, TimeUnits unit) {
        return relative(found, TimeReader.since(zero(), unit), unit.toString());
    }

    private TimeColumn epoch(TimeFinder.Found found, TimeUnits unit) {
        return column(found, TimeReader.since(Instant.EPOCH, unit), false, unit + " since 1970");
    }

    private TimeColumn relative(TimeFinder.Found found, TimeReader reader, String what) {
        if (start == null) {
            TableRow row = firstRow(found);
            throw new LauncherException(
                    "The times of %s look relative: '%s' in line %,d, column %s. Say when their zero was with --start, such as --start 2026-11-21T12:00:00Z%s"
                            .formatted(
                                    layout.file(),
                                    row.fields().get(found.columns().getFirst()),
                                    row.line(),
                                    name(found),
                                    found.kind() == TimeKind.NUMBER
                                            ? "; or --time-format seconds if they do count from 1970"
                                            : ""));
        }
        return column(found, reader, true, what + " since the start");
    }

    private TimeColumn column(TimeFinder.Found found, TimeReader reader, boolean relative, String described) {
        if (start != null && !relative && !either) {
            throw new LauncherException("--start is for relative times, but those of %s are not: column %s holds %s"
                    .formatted(layout.file(), name(found), described));
        }
        List<String> names = found.columns().stream().map(layout.header()::get).toList();
        return new TimeColumn(found.columns(), names, reader, relative, described);
    }

    private LauncherException unreadable(TimeFinder.Found found) {
        TableRow row = firstRow(found);
        String cell = row.fields().get(found.columns().getFirst());
        String hint = YEAR_LAST.matcher(cell).matches()
                ? "may have the day or the month first; say --time-format dmy or mdy"
                : "is not a time that is known; say --time-format with a pattern, or another --time-column";
        return new LauncherException("%s holds no time that can be read: line %,d, column %s: '%s' %s"
                .formatted(layout.file(), row.line(), name(found), cell, hint));
    }

    private TableRow firstRow(TimeFinder.Found found) {
        int column = found.columns().getFirst();
        return layout.sample().stream()
                .filter(row -> layout.fits(row) && !row.fields().get(column).isEmpty())
                .findFirst()
                .or(() -> layout.sample().stream().filter(layout::fits).findFirst())
                .orElseThrow(() -> new LauncherException("%s holds no row like its header: line %,d %s"
                        .formatted(
                                layout.file(),
                                layout.sample().getFirst().line(),
                                layout.misfit(layout.sample().getFirst()))));
    }

    private Instant zero() {
        return start == null ? Instant.EPOCH : start;
    }

    private String name(TimeFinder.Found found) {
        return layout.header().get(found.columns().getFirst());
    }

    private String zoneName() {
        return zone.equals(ZoneOffset.UTC) ? "UTC" : zone.toString();
    }

    private String zones(List<String> cells) {
        long named = cells.stream()
                .flatMap(cell -> TimeText.parse(cell, order).stream())
                .filter(text -> text.zone() != null)
                .count();
        if (named == 0) {
            return "no zone named, taken as " + zoneName();
        }
        return named == cells.size() ? "zone named" : "zone named in some, the others taken as " + zoneName();
    }
}
