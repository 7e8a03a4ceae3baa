package org.perilune.launcher;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.Json;

/**
 * A recorded timeline, read whole: a column with the time since the mission's start and one that says what happened are
 * found by their headers; columns with a command, its parameters (JSON) and a device may be there. Rows without a time
 * are left out, as nobody knows when they are due.
 */
final class TimelineTable {
    private static final List<String> TIMES = List.of(
            "ground_elapsed_time",
            "get",
            "mission_elapsed_time",
            "met",
            "elapsed_time",
            "elapsed",
            "seconds",
            "time",
            "t");
    private static final List<String> NAMES =
            List.of("event", "name", "description", "title", "activity", "what", "text");
    private static final List<String> COMMANDS = List.of("command", "command_type");
    private static final List<String> PARAMETERS = List.of("parameters", "arguments", "args");
    private static final List<String> DEVICES = List.of("device");

    /** The longest that the timeline takes. */
    private static final int LONGEST_NAME = 200;

    private static final int MOST_FAULTS_SHOWN = 20;

    private final List<TimelineRow> rows;
    private final List<String> notes;

    private TimelineTable(List<TimelineRow> rows, List<String> notes) {
        this.rows = List.copyOf(rows);
        this.notes = List.copyOf(notes);
    }

    /**
     * @param timeColumn header of the column with the time; null: guessed
     * @throws LauncherException naming line and column of everything that cannot be understood
     */
    static TimelineTable of(ReplayFile file, @Nullable String timeColumn) throws InterruptedException {
        var reading = new Reading(file, timeColumn);
        file.read(reading);
        return reading.table();
    }

    /** In the file's order. */
    List<TimelineRow> rows() {
        return rows;
    }

    /** What was left out or shortened, a sentence each. */
    List<String> notes() {
        return notes;
    }

    private static final class Reading implements ReplayFile.RowConsumer {
        private final ReplayFile file;
        private final @Nullable String wantedTime;
        private final List<TimelineRow> rows = new ArrayList<>();
        private final List<String> notes = new ArrayList<>();
        private final List<String> faults = new ArrayList<>();
        private List<String> header = List.of();
        private int time;
        private int name;
        private int command;
        private int parameters;
        private int device;

        Reading(ReplayFile file, @Nullable String wantedTime) {
            this.file = file;
            this.wantedTime = wantedTime;
        }

        @Override
        public boolean take(long line, List<String> fields) {
            if (header.isEmpty()) {
                header = fields.stream().map(String::strip).toList();
                readHeader();
                return true;
            }
            if (fields.stream().allMatch(String::isBlank)) {
                return true;
            }
            if (fields.size() != header.size()) {
                faults.add("Line %d: has %d fields where the header has %d; text with commas must be in quotes"
                        .formatted(line, fields.size(), header.size()));
                return true;
            }
            row(line, fields);
            return true;
        }

        private void readHeader() {
            time = wantedTime == null ? column(TIMES) : header.indexOf(wantedTime);
            name = column(NAMES);
            command = column(COMMANDS);
            parameters = column(PARAMETERS);
            device = column(DEVICES);
            if (time < 0) {
                throw new LauncherException(
                        wantedTime == null
                                ? "None of the columns of " + file
                                        + " looks like a time since the start; name one with --time-column: " + header
                                : file + " has no column " + wantedTime + "; it has " + header);
            }
            if (name < 0) {
                throw new LauncherException("None of the columns of " + file
                        + " says what happens; one must be named event, name or description: " + header);
            }
        }

        private int column(List<String> known) {
            List<String> plain = header.stream()
                    .map(text -> text.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "_"))
                    .toList();
            return known.stream()
                    .mapToInt(plain::indexOf)
                    .filter(index -> index >= 0)
                    .findFirst()
                    .orElse(-1);
        }

        private void row(long line, List<String> fields) {
            String what = shortened(line, cell(fields, name));
            if (cell(fields, time).isEmpty()) {
                notes.add("Line %d: column %s is empty; '%s' is left out".formatted(line, header.get(time), what));
                return;
            }
            Optional<Duration> elapsed = ElapsedTime.parse(cell(fields, time));
            if (elapsed.isEmpty()) {
                fault(line, time, "'" + cell(fields, time) + "' is no time such as 102:45:40, -00:10 or 3600");
            }
            if (what.isEmpty()) {
                fault(line, name, "is empty");
            }
            String type = cell(fields, command);
            ObjectNode values = parameters(line, cell(fields, parameters));
            if (type.isEmpty() && !values.isEmpty()) {
                fault(line, parameters, "is given, but there is no command");
            }
            String target = cell(fields, device);
            elapsed.ifPresent(since -> rows.add(new TimelineRow(
                    line, since, what, target.isEmpty() ? null : target, type.isEmpty() ? null : type, values)));
        }

        private String shortened(long line, String text) {
            String plain = text.replaceAll("\\p{Cntrl}+", " ").strip();
            if (plain.codePointCount(0, plain.length()) <= LONGEST_NAME) {
                return plain;
            }
            notes.add("Line %d: column %s is longer than %d characters and is cut"
                    .formatted(line, header.get(name), LONGEST_NAME));
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
            faults.add("Line %d, column %s: %s".formatted(line, header.get(column), what));
        }

        private static String cell(List<String> fields, int column) {
            return column < 0 ? "" : fields.get(column).strip();
        }

        TimelineTable table() {
            if (!faults.isEmpty()) {
                int more = faults.size() - MOST_FAULTS_SHOWN;
                String shown = String.join("\n", faults.subList(0, Math.min(faults.size(), MOST_FAULTS_SHOWN)));
                throw new LauncherException(file + " cannot be used; nothing was sent.\n" + shown
                        + (more > 0 ? "\nand " + more + " more" : ""));
            }
            if (rows.isEmpty()) {
                throw new LauncherException(file + " holds no row with a time");
            }
            return new TimelineTable(rows, notes);
        }
    }
}
