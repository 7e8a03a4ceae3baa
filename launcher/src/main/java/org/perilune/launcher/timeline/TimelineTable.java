package org.perilune.launcher.timeline;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.json.Json;
import org.perilune.launcher.home.LauncherException;
import org.perilune.launcher.table.Count;
import org.perilune.launcher.table.TableFile;
import org.perilune.launcher.table.TableLayout;
import org.perilune.launcher.table.TableOptions;
import org.perilune.launcher.table.TableRow;
import org.perilune.launcher.table.TableSniffer;
import org.perilune.launcher.table.TimeColumn;
import org.perilune.launcher.table.Times;

/**
 * A recorded timeline, read whole: a column with the time since the mission's start (or dates and times, the first of
 * which is the start) and one that says what happened are found by their headers; columns with a command, its
 * parameters (JSON) and a device may be there. Rows without a time are left out, as nobody knows when they are due.
 */
final class TimelineTable {
    private static final List<String> NAMES =
            List.of("event", "name", "description", "title", "activity", "what", "text");
    private static final List<String> COMMANDS = List.of("command", "command_type");
    private static final List<String> PARAMETERS = List.of("parameters", "arguments", "args");
    private static final List<String> DEVICES = List.of("device");

    /** The longest that the timeline takes. */
    private static final int LONGEST_NAME = 200;

    private static final int MOST_FAULTS_SHOWN = 20;

    private final TableLayout layout;
    private final TimeColumn time;
    private final List<TimelineRow> rows = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private final List<String> faults = new ArrayList<>();
    private final int name;
    private final int command;
    private final int parameters;
    private final int device;
    private @Nullable Instant first;
    private long leftOut;

    private TimelineTable(TableLayout layout, TableOptions options) {
        this.layout = layout;
        time = Times.elapsed(layout, options);
        name = layout.column(NAMES);
        command = layout.column(COMMANDS);
        parameters = layout.column(PARAMETERS);
        device = layout.column(DEVICES);
        if (name < 0) {
            throw new LauncherException("None of the columns of " + layout.file()
                    + " says what happens; one must be named event, name or description: " + layout.header());
        }
    }

    /** @throws LauncherException naming line and column of everything that cannot be understood */
    static TimelineTable of(TableFile file, TableOptions options) throws InterruptedException {
        TableLayout layout = TableSniffer.layout(file, options);
        var table = new TimelineTable(layout, options);
        layout.read(row -> {
            table.take(row);
            return true;
        });
        table.checkFaults();
        return table;
    }

    /** In the file's order. */
    List<TimelineRow> rows() {
        return List.copyOf(rows);
    }

    /** Rows without a time. */
    long leftOut() {
        return leftOut;
    }

    /** What was left out or shortened, a sentence each. */
    List<String> notes() {
        return List.copyOf(notes);
    }

    /** What was understood of the file, a line each. */
    List<String> described() {
        var lines = new ArrayList<String>();
        lines.add(layout.described() + "; " + Count.of(rows.size() + leftOut, "row"));
        lines.addAll(layout.notes());
        Duration earliest =
                rows.stream().map(TimelineRow::elapsed).min(Duration::compareTo).orElse(Duration.ZERO);
        Duration latest =
                rows.stream().map(TimelineRow::elapsed).max(Duration::compareTo).orElse(Duration.ZERO);
        lines.add("Time: column %s: %s; from %s to %s%s"
                .formatted(
                        String.join(" and ", time.names()),
                        time.described(),
                        clock(earliest),
                        clock(latest),
                        first == null ? "" : " after the first, " + first + ", which becomes the start"));
        lines.add("Event: column " + layout.header().get(name));
        if (command >= 0) {
            lines.add("Command: column " + layout.header().get(command));
        }
        if (device >= 0) {
            lines.add("Device: column " + layout.header().get(device));
        }
        return lines;
    }

    private static String clock(Duration elapsed) {
        Duration size = elapsed.abs();
        return "%s%d:%02d:%02d"
                .formatted(elapsed.isNegative() ? "-" : "", size.toHours(), size.toMinutesPart(), size.toSecondsPart());
    }

    private void take(TableRow row) {
        if (!layout.fits(row)) {
            faults.add("Line %d: %s".formatted(row.line(), layout.misfit(row)));
            return;
        }
        long line = row.line();
        String what = shortened(line, cell(row, name));
        if (time.isEmpty(row.fields())) {
            leftOut++;
            notes.add("Line %d: column %s is empty; '%s' is left out"
                    .formatted(line, String.join(" and ", time.names()), what));
            return;
        }
        Optional<Duration> elapsed = elapsed(row);
        if (elapsed.isEmpty()) {
            faults.add("Line %d, column %s: '%s' is no time such as 102:45:40, -00:10 or 3600"
                    .formatted(line, String.join(" and ", time.names()), time.written(row.fields())));
        }
        if (what.isEmpty()) {
            fault(line, name, "is empty");
        }
        String type = cell(row, command);
        ObjectNode values = parameters(line, cell(row, parameters));
        if (type.isEmpty() && !values.isEmpty()) {
            fault(line, parameters, "is given, but there is no command");
        }
        String target = cell(row, device);
        elapsed.ifPresent(since -> rows.add(new TimelineRow(
                line, since, what, target.isEmpty() ? null : target, type.isEmpty() ? null : type, values)));
    }

    private Optional<Duration> elapsed(TableRow row) {
        Optional<Instant> instant = time.readAny(row.fields());
        if (instant.isEmpty() || time.relative()) {
            return instant.map(at -> Duration.between(Instant.EPOCH, at));
        }
        first = first == null ? instant.get() : first;
        return Optional.of(Duration.between(first, instant.get()));
    }

    private String shortened(long line, String text) {
        String plain = text.replaceAll("\\p{Cntrl}+", " ").strip();
        if (plain.codePointCount(0, plain.length()) <= LONGEST_NAME) {
            return plain;
        }
        notes.add("Line %d: column %s is longer than %d characters and is cut"
                .formatted(line, layout.header().get(name), LONGEST_NAME));
        return plain.substring(0, plain.offsetByCodePoints(0, LONGEST_NAME - 1)) + "…";
    }

    private ObjectNode parameters(long line, String text) {
        ObjectNode none = Json.mapper().createObjectNode();
        if (text.isEmpty()) {
            return none;
        }
        try {
            if (Json.mapper().readTree(text) instanceof ObjectNode object) {
                return object;
            }
            fault(line, parameters, "is no JSON object such as {\"rate\": 2}");
        } catch (JsonProcessingException failure) {
            fault(line, parameters, "is not JSON: " + failure.getOriginalMessage());
        }
        return none;
    }

    private void fault(long line, int column, String what) {
        faults.add("Line %d, column %s: %s".formatted(line, layout.header().get(column), what));
    }

    private static String cell(TableRow row, int column) {
        return column < 0 ? "" : row.fields().get(column);
    }

    private void checkFaults() {
        if (!faults.isEmpty()) {
            int more = faults.size() - MOST_FAULTS_SHOWN;
            String shown = String.join("\n", faults.subList(0, Math.min(faults.size(), MOST_FAULTS_SHOWN)));
            throw new LauncherException(layout.file() + " cannot be used; nothing was sent.\n" + shown
                    + (more > 0 ? "\nand " + more + " more" : ""));
        }
        if (rows.isEmpty()) {
            throw new LauncherException(layout.file() + " holds no row with a time");
        }
    }
}
