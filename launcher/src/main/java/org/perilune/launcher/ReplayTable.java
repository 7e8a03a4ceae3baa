package org.perilune.launcher;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.perilune.contracts.TelemetryLimits;
import org.perilune.sdk.DeviceParameter;
import org.perilune.sdk.Reading;

/**
 * What the columns of a file mean, found by reading all of it once: a column is numbers if all that is written in it
 * is. Made the same way from the same file every time, so that a replay can go on where it was.
 */
final class ReplayTable {
    private static final Pattern NUMBER = Pattern.compile("[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d{1,3})?");
    private static final Pattern NO_NUMBER = Pattern.compile("(?i)|nan|null|n/a|[+-]?inf(inity)?");
    private static final List<String> TIME_NAMES =
            List.of("time_stamp", "timestamp", "time", "datetime", "date_time", "date-time", "utc", "epoch", "date");
    private static final int LONGEST_NAME = TelemetryLimits.LONGEST_NAME;

    private final List<Column> columns;
    private final int timeColumn;
    private final long rows;
    private final long lastGoodRow;
    private final long goodRows;

    private record Column(String header, String name, boolean numeric, boolean status) {}

    private ReplayTable(List<Column> columns, int timeColumn, long rows, long goodRows, long lastGoodRow) {
        this.columns = List.copyOf(columns);
        this.timeColumn = timeColumn;
        this.rows = rows;
        this.goodRows = goodRows;
        this.lastGoodRow = lastGoodRow;
    }

    /** @throws LauncherException if the file has no header, no such time column or no row that can be read */
    static ReplayTable of(ReplayFile file, @Nullable String timeColumn) throws InterruptedException {
        var survey = new Survey(file, timeColumn);
        file.read(survey);
        return survey.table();
    }

    private static final class Survey implements ReplayFile.RowConsumer {
        private final ReplayFile file;
        private final @Nullable String wantedTime;
        private List<String> header = List.of();
        private boolean[] texts = new boolean[0];
        private int time = -1;
        private long rows;
        private long goodRows;
        private long lastGoodRow;

        Survey(ReplayFile file, @Nullable String wantedTime) {
            this.file = file;
            this.wantedTime = wantedTime;
        }

        @Override
        public boolean take(long line, List<String> fields) {
            if (header.isEmpty()) {
                header = fields.stream().map(String::strip).toList();
                texts = new boolean[header.size()];
                time = timeIn(header);
                return true;
            }
            rows++;
            if (fields.size() == header.size()
                    && ReplayTime.parse(fields.get(time)).isPresent()) {
                goodRows++;
                lastGoodRow = rows;
                for (int i = 0; i < texts.length; i++) {
                    String cell = fields.get(i).strip();
                    texts[i] |= !NUMBER.matcher(cell).matches()
                            && !NO_NUMBER.matcher(cell).matches();
                }
            }
            return true;
        }

        private int timeIn(List<String> names) {
            if (wantedTime != null) {
                int index = names.indexOf(wantedTime);
                if (index < 0) {
                    throw new LauncherException(file + " has no column " + wantedTime + "; it has " + names);
                }
                return index;
            }
            for (String guess : TIME_NAMES) {
                for (int i = 0; i < names.size(); i++) {
                    if (names.get(i).toLowerCase(Locale.ROOT).equals(guess)) {
                        return i;
                    }
                }
            }
            throw new LauncherException(
                    "None of the columns of " + file + " looks like a time; name one with --time-column: " + names);
        }

        ReplayTable table() {
            if (goodRows == 0) {
                throw new LauncherException(file + " holds no row with a time that can be read");
            }
            var columns = new ArrayList<Column>();
            Set<String> taken = new HashSet<>();
            for (int i = 0; i < header.size(); i++) {
                String name = i == time ? "" : nameFor(header.get(i), i, taken);
                boolean status = texts[i] && name.equals("status");
                columns.add(new Column(header.get(i), name, !texts[i], status));
            }
            if (columns.size() - 1 > TelemetryLimits.MOST_VALUES) {
                throw new LauncherException(
                        "%s has %d columns; %d beside the time are stored at most. Split it by columns"
                                .formatted(file, columns.size(), TelemetryLimits.MOST_VALUES));
            }
            return new ReplayTable(columns, time, rows, goodRows, lastGoodRow);
        }

        private static String nameFor(String header, int index, Set<String> taken) {
            String plain = header.replaceAll("[^A-Za-z0-9_.-]+", "_");
            String name = plain.isEmpty() ? "column_" + (index + 1) : plain;
            String whole = name.substring(0, Math.min(name.length(), LONGEST_NAME));
            for (int copy = 2; !taken.add(whole); copy++) {
                String suffix = "_" + copy;
                whole = name.substring(0, Math.min(name.length(), LONGEST_NAME - suffix.length())) + suffix;
            }
            return whole;
        }
    }

    /** Rows of data, good and bad. */
    long rows() {
        return rows;
    }

    long goodRows() {
        return goodRows;
    }

    /** Rows are counted from 1. */
    long lastGoodRow() {
        return lastGoodRow;
    }

    List<DeviceParameter> parameters() {
        return columns.stream()
                .filter(column -> column.numeric() && !column.name().isEmpty())
                .map(column -> DeviceParameter.of(column.name(), "", column.header()))
                .toList();
    }

    Optional<Instant> time(List<String> fields) {
        return fields.size() == columns.size() ? ReplayTime.parse(fields.get(timeColumn)) : Optional.empty();
    }

    /** Why a row cannot be used, for the person who has to mend it. */
    String fault(List<String> fields) {
        return fields.size() == columns.size()
                ? "'" + fields.get(timeColumn) + "' is not a time"
                : "has " + fields.size() + " fields where the header has " + columns.size();
    }

    Reading reading(Instant time, List<String> fields) {
        var reading = Reading.at(time);
        for (int i = 0; i < columns.size(); i++) {
            var column = columns.get(i);
            String cell = fields.get(i).strip();
            if (column.name().isEmpty() || cell.isEmpty()) {
                continue;
            }
            if (column.numeric()) {
                if (NUMBER.matcher(cell).matches() && Double.isFinite(Double.parseDouble(cell))) {
                    reading.number(column.name(), Double.parseDouble(cell));
                }
                continue;
            }
            String text = TelemetryLimits.cut(cell.replace('\0', '\ufffd'));
            if (column.status()) {
                reading.status(text);
            } else {
                reading.text(column.name(), text);
            }
        }
        return reading.build();
    }
}
