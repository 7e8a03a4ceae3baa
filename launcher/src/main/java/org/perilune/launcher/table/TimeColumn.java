package org.perilune.launcher.table;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Where a table has its times, and how they are written.
 *
 * @param columns their indexes; more than one where date and time of day are apart
 * @param relative whether they count from a start that the file does not name
 * @param described what was understood, for a person
 */
public record TimeColumn(
        List<Integer> columns, List<String> names, TimeReader reader, boolean relative, String described) {
    /** The first and the last time that can be stored. */
    static final Instant EARLIEST = Instant.parse("0001-01-01T00:00:00Z");

    static final Instant LATEST = Instant.parse("9999-12-31T23:59:59.999999Z");

    public TimeColumn {
        columns = List.copyOf(columns);
        names = List.copyOf(names);
    }

    /** Empty where there is none that can be stored; {@link #fault} says why. */
    public Optional<Instant> read(List<String> fields) {
        return reader.read(cells(fields)).filter(TimeColumn::isStorable);
    }

    /** Also what cannot be stored. */
    public Optional<Instant> readAny(List<String> fields) {
        return reader.read(cells(fields));
    }

    /** A time of 0 tells the ground that the device has no clock. */
    private static boolean isStorable(Instant time) {
        return !time.isBefore(EARLIEST)
                && !time.isAfter(LATEST)
                && !(time.getEpochSecond() == 0 && time.getNano() < 1_000);
    }

    public String fault(List<String> fields) {
        var time = reader.read(cells(fields));
        String written = "'" + written(fields) + "' in column " + String.join(" and ", names);
        if (time.isEmpty()) {
            return written + " is not a time" + (described.isEmpty() ? "" : " (" + described + ")");
        }
        return time.get().getEpochSecond() == 0
                ? written + " is the start of 1970, which stands for a clock that was not set"
                : written + " is outside the years 1 to 9999";
    }

    public boolean isEmpty(List<String> fields) {
        return cells(fields).stream().allMatch(String::isEmpty);
    }

    public String written(List<String> fields) {
        return cells(fields).stream().collect(Collectors.joining(" "));
    }

    private List<String> cells(List<String> fields) {
        return columns.stream().map(fields::get).toList();
    }
}
