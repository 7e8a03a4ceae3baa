package org.perilune.launcher.table;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.perilune.launcher.home.LauncherException;

/** Finds the columns of a table that hold its times, by headers and first rows. */
final class TimeFinder {
    /** Where instants are wanted. */
    static final List<String> INSTANTS = List.of(("time_stamp timestamp _time time datetime date_time date_and_time utc"
                    + " time_utc utc_time utc_timestamp gps_time epoch epoch_s epoch_ms epoch_us epoch_ns unix unix_time"
                    + " unixtime unix_timestamp timestamp_s timestamp_ms timestamp_us timestamp_ns time_ms time_us time_ns"
                    + " ts recorded_at created_at measured_at local_time time_local date day datum zeitstempel zeitpunkt"
                    + " zeit uhrzeit datum_uhrzeit datum_zeit horodatage date_heure fecha elapsed elapsed_time elapsed_s"
                    + " elapsed_seconds mission_elapsed_time met get ground_elapsed_time seconds t time_s time_sec"
                    + " time_seconds elapsed_ms elapsed_us elapsed_ns uptime uptime_ms millis micros")
            .split(" "));

    /** Where times since a start are wanted. */
    static final List<String> ELAPSED = List.of(("ground_elapsed_time get mission_elapsed_time met elapsed_time elapsed"
                    + " seconds time t utc datetime date_time timestamp date zeit datum")
            .split(" "));

    private static final List<List<String>> PARTS = List.of(
            List.of("year", "jahr", "yyyy"),
            List.of("month", "monat", "mm", "mo"),
            List.of("day", "tag", "dd"),
            List.of("hour", "stunde", "hh"),
            List.of("minute", "min", "minuten"),
            List.of("second", "sec", "sekunde"));
    private static final int DATE_PARTS = 3;

    private final TableLayout layout;
    private final TimeText.Order order;

    TimeFinder(TableLayout layout, TimeText.Order order) {
        this.layout = layout;
        this.order = order;
    }

    /**
     * @param kind of the first column; {@link TimeKind#WHOLE} where two are put together
     * @param parts whether they are year, month, day and so on
     */
    record Found(List<Integer> columns, TimeKind kind, boolean parts) {}

    /** @throws LauncherException if there is no such column */
    Found named(List<String> names) {
        var columns = new ArrayList<Integer>();
        for (String name : names) {
            int index = layout.header().indexOf(name);
            index = index >= 0 ? index : layout.column(List.of(TableLayout.plain(name)));
            if (index < 0) {
                throw new LauncherException(layout.file() + " has no column " + name + "; it has " + layout.header());
            }
            columns.add(index);
        }
        return new Found(columns, columns.size() > 1 ? TimeKind.WHOLE : kind(columns.getFirst()), false);
    }

    /** @throws LauncherException if no column looks like a time */
    Found guessed(List<String> names) {
        List<Integer> candidates = candidates(names);
        for (int candidate : candidates) {
            if (kind(candidate) == TimeKind.WHOLE) {
                return new Found(List.of(candidate), TimeKind.WHOLE, false);
            }
        }
        List<Integer> parts = PARTS.stream()
                .map(layout::column)
                .takeWhile(index -> index >= 0)
                .toList();
        if (parts.size() >= DATE_PARTS) {
            return new Found(parts, TimeKind.WHOLE, true);
        }
        for (int candidate : candidates) {
            TimeKind kind = kind(candidate);
            if (kind == TimeKind.DATE || kind == TimeKind.CLOCK) {
                Optional<Integer> other = beside(candidate, kind == TimeKind.DATE ? TimeKind.CLOCK : TimeKind.DATE);
                if (other.isPresent()) {
                    int date = kind == TimeKind.DATE ? candidate : other.get();
                    int clock = kind == TimeKind.DATE ? other.get() : candidate;
                    return new Found(List.of(date, clock), TimeKind.WHOLE, false);
                }
            }
        }
        for (int candidate : candidates) {
            if (kind(candidate) != TimeKind.NONE) {
                return new Found(List.of(candidate), kind(candidate), false);
            }
        }
        if (!candidates.isEmpty()) {
            return new Found(List.of(candidates.getFirst()), TimeKind.NONE, false);
        }
        return layout.columns()
                .filter(column -> kind(column) == TimeKind.WHOLE)
                .mapToObj(column -> new Found(List.of(column), TimeKind.WHOLE, false))
                .findFirst()
                .orElseThrow(() -> new LauncherException("None of the columns of " + layout.file()
                        + " looks like a time; name one with --time-column: " + layout.header()));
    }

    private List<Integer> candidates(List<String> names) {
        var found = new ArrayList<Integer>();
        for (String name : names) {
            int column = layout.column(List.of(name));
            if (column >= 0) {
                found.add(column);
            }
        }
        return found;
    }

    /** The column next to it that holds what it lacks, or the first one that does. */
    private Optional<Integer> beside(int column, TimeKind wanted) {
        for (int near : new int[] {column + 1, column - 1}) {
            if (near >= 0 && near < layout.header().size() && kind(near) == wanted) {
                return Optional.of(near);
            }
        }
        return layout.columns()
                .filter(other -> other != column && kind(other) == wanted)
                .boxed()
                .findFirst();
    }

    private TimeKind kind(int column) {
        return TimeKind.of(layout.cells(column), order);
    }

    /** Whether days come more than once: midnight for all of them would be a lie. */
    static boolean repeats(List<String> days) {
        Set<String> seen = new HashSet<>();
        return !days.stream().map(day -> day.toLowerCase(Locale.ROOT)).allMatch(seen::add);
    }
}
