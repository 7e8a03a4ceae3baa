package org.perilune.launcher.table;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.perilune.launcher.home.LauncherException;

/**
 * What InfluxDB writes: tables one after the other, each with a header of its own, and mostly one value a row, whose
 * name is in the column {@code _field}. Turned into one table with a column for each value.
 *
 * @see <a href="https://docs.influxdata.com/influxdb/v2/reference/syntax/annotated-csv/">annotated CSV</a>
 */
final class InfluxTable {
    private static final String TIME = "_time";
    private static final String FIELD = "_field";
    private static final String VALUE = "_value";
    private static final String MEASUREMENT = "_measurement";
    private static final Set<String> BOOKKEEPING =
            Set.of("", "result", "table", "_start", "_stop", TIME, FIELD, VALUE, MEASUREMENT);

    /** A series for each person, say, would fill the memory. */
    private static final int MOST_SERIES = 10_000;

    private final TableLayout written;
    private final Map<Series, Integer> series = new LinkedHashMap<>();

    /** Of all tables: names by which values may have to be told apart. */
    private record Series(String measurement, Map<String, String> tags, String field) {}

    private InfluxTable(TableLayout written) {
        this.written = written;
    }

    static boolean isOne(List<String> header) {
        return header.contains(TIME) && (header.contains(VALUE) || header.contains("_start"));
    }

    /** Reads all of the file, to know which values there are. */
    static TableLayout layout(TableLayout written) throws InterruptedException {
        var table = new InfluxTable(written);
        table.readWritten((header, row) -> {
            cells(header, row).keySet().forEach(one -> table.series.putIfAbsent(one, table.series.size() + 1));
            if (table.series.size() > MOST_SERIES) {
                throw new LauncherException(written.file() + " holds more than " + MOST_SERIES + " different series");
            }
            return true;
        });
        var header = new ArrayList<>(List.of(TIME));
        header.addAll(table.names());
        var sample = new ArrayList<TableRow>();
        table.read(row -> {
            sample.add(row);
            return sample.size() < TableLayout.SAMPLE_ROWS;
        });
        var notes = new ArrayList<>(written.notes());
        notes.add("Written by InfluxDB; values: %,d".formatted(table.series.size()));
        return new TableLayout(written.file(), written.format(), written.headerLine(), header, sample, notes, table);
    }

    private interface WrittenRows {
        boolean take(List<String> header, TableRow row) throws InterruptedException;
    }

    private void readWritten(WrittenRows consumer) throws InterruptedException {
        var header = new ArrayList<>(written.header());
        written.format().read(written.file(), row -> {
            if (row.fields().contains(TIME)) {
                header.clear();
                header.addAll(row.fields());
                return true;
            }
            return consumer.take(header, row);
        });
    }

    /** The rows, a column for each value. */
    void read(TableRow.Consumer consumer) throws InterruptedException {
        readWritten((header, row) -> {
            if (row.fields().size() != header.size()) {
                return consumer.take(row);
            }
            var fields = new ArrayList<>(Collections.nCopies(series.size() + 1, ""));
            fields.set(0, row.fields().get(header.indexOf(TIME)));
            cells(header, row).forEach((one, cell) -> fields.set(series.getOrDefault(one, 0), cell));
            return consumer.take(new TableRow(row.line(), fields));
        });
    }

    private static Map<Series, String> cells(List<String> header, TableRow row) {
        if (row.fields().size() != header.size()) {
            return Map.of();
        }
        Map<String, String> fields = new HashMap<>();
        for (int i = 0; i < header.size(); i++) {
            fields.put(header.get(i), row.fields().get(i));
        }
        Map<String, String> others = new TreeMap<>(fields);
        others.keySet().removeAll(BOOKKEEPING);
        if (fields.containsKey(FIELD) && fields.containsKey(VALUE)) {
            var one = new Series(fields.getOrDefault(MEASUREMENT, ""), others, fields.getOrDefault(FIELD, ""));
            return Map.of(one, fields.getOrDefault(VALUE, ""));
        }
        Map<Series, String> cells = new LinkedHashMap<>();
        header.stream()
                .filter(others::containsKey)
                .forEach(name -> cells.put(new Series("", Map.of(), name), others.getOrDefault(name, "")));
        if (fields.containsKey(VALUE)) {
            cells.put(new Series("", Map.of(), "value"), fields.getOrDefault(VALUE, ""));
        }
        return cells;
    }

    /** By field alone, if nothing else tells series apart. */
    private List<String> names() {
        boolean measurements =
                series.keySet().stream().map(Series::measurement).distinct().count() > 1;
        Map<String, Set<String>> tags = new TreeMap<>();
        series.keySet()
                .forEach(one -> one.tags()
                        .forEach((tag, value) -> tags.computeIfAbsent(tag, name -> new TreeSet<>())
                                .add(value)));
        Set<String> telling = tags.entrySet().stream()
                .filter(tag -> tag.getValue().size() > 1)
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
        return series.keySet().stream()
                .map(one -> {
                    var parts = new ArrayList<String>();
                    if (measurements && !one.measurement().isEmpty()) {
                        parts.add(one.measurement());
                    }
                    one.tags().forEach((tag, value) -> {
                        if (telling.contains(tag) && !value.isEmpty()) {
                            parts.add(value);
                        }
                    });
                    parts.add(one.field());
                    return String.join(".", parts);
                })
                .toList();
    }
}
