package org.perilune.launcher.table;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A table of a file: how it is written, what its columns are called, and its first rows.
 *
 * @param headerLine 0 where the table has no header
 * @param header one name a column
 * @param sample the first rows of data
 * @param notes what is odd about the file, a sentence each
 * @param influx what makes one table of those that InfluxDB wrote; null for any other file
 */
public record TableLayout(
        TableFile file,
        TableFormat format,
        long headerLine,
        List<String> header,
        List<TableRow> sample,
        List<String> notes,
        @Nullable InfluxTable influx) {
    /** Rows by which a table is understood before all of it is read. */
    static final int SAMPLE_ROWS = 2_000;

    public TableLayout {
        header = List.copyOf(header);
        sample = List.copyOf(sample);
        notes = List.copyOf(notes);
    }

    /** The rows of data, with as many fields as the header has where they {@link #fits fit}. */
    public void read(TableRow.Consumer consumer) throws InterruptedException {
        if (influx != null) {
            influx.read(consumer);
            return;
        }
        format.read(file, row -> {
            boolean data = headerLine == 0 ? row.line() >= sample.getFirst().line() : row.line() > headerLine;
            return !data || consumer.take(fitted(row));
        });
    }

    /** Many programs end each row with a delimiter, or only the header. */
    private TableRow fitted(TableRow row) {
        List<String> fields = row.fields();
        int wanted = header.size();
        if (fields.size() > wanted
                && fields.subList(wanted, fields.size()).stream().allMatch(String::isEmpty)) {
            return new TableRow(row.line(), fields.subList(0, wanted));
        }
        if (fields.size() < wanted
                && header.subList(fields.size(), wanted).stream().allMatch(String::isEmpty)) {
            var filled = new ArrayList<>(fields);
            while (filled.size() < wanted) {
                filled.add("");
            }
            return new TableRow(row.line(), filled);
        }
        return row;
    }

    public boolean fits(TableRow row) {
        return row.fields().size() == header.size();
    }

    public String misfit(TableRow row) {
        return "has %s where the header has %,d; text with the delimiter in it must be in quotes"
                .formatted(Count.of(row.fields().size(), "field"), header.size());
    }

    /** Names to compare by: {@code Time (UTC)} is {@code time}. */
    static String plain(String name) {
        return name.toLowerCase(Locale.ROOT)
                .replaceAll("\\([^)]*\\)|\\[[^]]*]", " ")
                .strip()
                .replaceAll("[^\\p{L}\\p{N}]+", "_");
    }

    /** @return the index, or -1 where there is none */
    public int column(List<String> names) {
        for (String name : names) {
            for (int i = 0; i < header.size(); i++) {
                if (plain(header.get(i)).equals(name)) {
                    return i;
                }
            }
        }
        return -1;
    }

    /** What is written in a column of the first rows. */
    List<String> cells(int column) {
        return sample.stream()
                .filter(this::fits)
                .map(row -> row.fields().get(column))
                .filter(cell -> !cell.isEmpty())
                .toList();
    }

    IntStream columns() {
        return IntStream.range(0, header.size());
    }

    /** What was understood, for a person. */
    public String described() {
        return "%s: %s; %s"
                .formatted(
                        file,
                        String.join(", ", format.described()),
                        headerLine == 0 ? "no header" : "header in line %,d".formatted(headerLine));
    }
}
