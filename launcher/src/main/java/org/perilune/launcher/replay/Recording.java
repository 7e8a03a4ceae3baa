package org.perilune.launcher.replay;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.perilune.contracts.TelemetryLimits;
import org.perilune.contracts.v1.Frame;
import org.perilune.launcher.home.LauncherException;
import org.perilune.launcher.table.NumberText;
import org.perilune.launcher.table.TableFile;
import org.perilune.launcher.table.TableLayout;
import org.perilune.launcher.table.TableRow;
import org.perilune.launcher.table.TableSniffer;
import org.perilune.launcher.table.TimeColumn;
import org.perilune.launcher.table.ValueColumn;
import org.perilune.sdk.DeviceParameter;
import org.perilune.sdk.Reading;

/**
 * What the rows of a file mean, found by reading all of it once. Made the same way from the same file and options every
 * time, so that a replay can go on where it was.
 */
final class Recording {
    /** Bytes that a frame needs beside its status and values. */
    private static final int REST_OF_FRAME = 64;

    private final TableLayout layout;
    private final TimeColumn time;
    private final List<Column> columns;
    private final Optional<Choice> choice;
    private final Counts counts;
    private final List<String> described;

    /**
     * @param index in the row
     * @param name of the value
     * @param escaped whether texts that a spreadsheet would take for formulas have a quote before them
     */
    record Column(int index, String header, String name, boolean status, boolean escaped, ValueColumn values) {}

    /** Of the devices whose readings are in the file, the one that is wanted. */
    record Choice(int column, String device) {
        boolean takes(TableRow row) {
            return row.fields().size() <= column || row.fields().get(column).equals(device);
        }
    }

    /** Rows from 1: all, those that can be used, and the last of these. */
    record Counts(long rows, long good, long lastGood) {
        long leftOut() {
            return rows - good;
        }
    }

    Recording(
            TableLayout layout,
            TimeColumn time,
            List<Column> columns,
            Optional<Choice> choice,
            Counts counts,
            List<String> described) {
        this.layout = layout;
        this.time = time;
        this.columns = List.copyOf(columns);
        this.choice = choice;
        this.counts = counts;
        this.described = List.copyOf(described);
    }

    /**
     * @param options how the file is to be read
     * @throws LauncherException if the file cannot be read, or in more than one way
     */
    static Recording of(TableFile file, RecordingOptions options) throws InterruptedException {
        return RecordingSurvey.of(TableSniffer.layout(file, options.table()), options);
    }

    /** What was understood, a line each, for whoever decides whether to go on. */
    List<String> described() {
        return described;
    }

    Counts counts() {
        return counts;
    }

    /** The rows of the wanted device, in order. */
    void read(TableRow.Consumer consumer) throws InterruptedException {
        layout.read(row -> (choice.isPresent() && !choice.get().takes(row)) || consumer.take(row));
    }

    List<DeviceParameter> parameters() {
        return columns.stream()
                .filter(column -> !column.status() && column.values().isNumeric())
                .map(column -> DeviceParameter.of(column.name(), "", column.header()))
                .toList();
    }

    Optional<Instant> time(TableRow row) {
        return layout.fits(row) ? time.read(row.fields()) : Optional.empty();
    }

    /** Why a row cannot be used, for the person who has to mend it. */
    static String fault(TableLayout layout, TimeColumn time, TableRow row) {
        return layout.fits(row) ? time.fault(row.fields()) : layout.misfit(row);
    }

    /** @throws IllegalArgumentException if it is too large */
    Reading reading(Instant time, TableRow row) {
        var reading = Reading.at(time);
        for (Column column : columns) {
            String cell = row.fields().get(column.index());
            if (cell.isEmpty()) {
                continue;
            }
            if (column.status()) {
                reading.status(TelemetryLimits.cut(plain(column, cell)));
                continue;
            }
            boolean numeric = column.values().isNumeric();
            OptionalDouble number = numeric ? column.values().number(cell) : OptionalDouble.empty();
            if (number.isPresent()) {
                reading.number(column.name(), number.getAsDouble());
            } else if (!numeric || !NumberText.isMissing(cell)) {
                reading.text(column.name(), TelemetryLimits.cut(plain(column, cell)));
            }
        }
        return reading.build();
    }

    /** @throws IllegalArgumentException if the reading is too large to be kept */
    static void checkSize(Reading reading) {
        int bytes = REST_OF_FRAME
                + Frame.newBuilder()
                        .setStatus(reading.status())
                        .addAllValues(reading.values())
                        .build()
                        .getSerializedSize();
        if (bytes > TelemetryLimits.MOST_FRAME_BYTES) {
            throw new IllegalArgumentException("all its values together are %,d bytes; a reading holds %,d at most"
                    .formatted(bytes, TelemetryLimits.MOST_FRAME_BYTES));
        }
    }

    private static String plain(Column column, String cell) {
        boolean escaped = column.escaped() && cell.length() > 1 && cell.charAt(0) == '\'';
        return escaped && "=+-@\t\r".indexOf(cell.charAt(1)) >= 0 ? cell.substring(1) : cell;
    }

    /** Whether each row can be kept as a reading; what is wrong with those that cannot. */
    List<String> check() throws InterruptedException {
        var faults = new ArrayList<String>();
        read(row -> {
            time(row).ifPresent(instant -> {
                try {
                    checkSize(reading(instant, row));
                } catch (IllegalArgumentException tooLarge) {
                    faults.add("Line %,d: %s".formatted(row.line(), tooLarge.getMessage()));
                }
            });
            return true;
        });
        return faults;
    }
}
