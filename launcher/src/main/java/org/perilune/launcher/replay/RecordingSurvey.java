package org.perilune.launcher.replay;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.perilune.launcher.home.LauncherException;
import org.perilune.launcher.table.Count;
import org.perilune.launcher.table.TableLayout;
import org.perilune.launcher.table.TableRow;
import org.perilune.launcher.table.TimeColumn;
import org.perilune.launcher.table.Times;

/** Reads a recording once, from its first row to its last, to tell what it holds. Not safe for threads. */
final class RecordingSurvey implements TableRow.Consumer {
    private static final int MOST_FAULTS_SHOWN = 20;
    private static final int MOST_JUMPS_SHOWN = 5;
    private static final int MOST_NAMES_SHOWN = 40;
    private static final int MOST_DEVICES = 20;

    /** Rows of so many characters might make a reading that is too large. */
    private static final int LARGE_ROW = 50_000;

    /** Between two rows; a clock that was set, or a slip of the pen. */
    private static final Duration JUMP = Duration.ofDays(31);

    private static final Duration FUTURE = Duration.ofDays(1);

    private final TableLayout layout;
    private final TimeColumn time;
    private final RecordingColumns choice;
    private final Optional<Recording.Choice> source;
    private final List<Recording.Column> columns;
    private final List<String> faults = new ArrayList<>();
    private final List<String> jumps = new ArrayList<>();
    private final Set<String> devices = new TreeSet<>();
    private long rows;
    private long good;
    private long lastGood;
    private boolean large;
    private long jumpCount;
    private @Nullable Instant previous;
    private Instant earliest = Instant.MAX;
    private Instant latest = Instant.MIN;

    private RecordingSurvey(TableLayout layout, RecordingOptions options) {
        this.layout = layout;
        time = Times.instants(layout, options.table(), options.start());
        choice = new RecordingColumns(layout);
        columns = choice.choose(time, options.columns());
        source = Optional.ofNullable(options.source()).map(device -> {
            if (choice.device() < 0) {
                throw new LauncherException(layout.file() + " has no column device, which --from needs");
            }
            return new Recording.Choice(choice.device(), device);
        });
    }

    static Recording of(TableLayout layout, RecordingOptions options) throws InterruptedException {
        var survey = new RecordingSurvey(layout, options);
        layout.read(survey);
        return survey.recording(options);
    }

    @Override
    public boolean take(TableRow row) {
        if (source.isPresent() && !source.get().takes(row)) {
            return true;
        }
        rows++;
        Optional<Instant> instant = layout.fits(row) ? time.read(row.fields()) : Optional.empty();
        if (instant.isEmpty()) {
            if (faults.size() < MOST_FAULTS_SHOWN) {
                faults.add("Line %,d: %s".formatted(row.line(), Recording.fault(layout, time, row)));
            }
            return true;
        }
        good++;
        lastGood = rows;
        seeTime(row, instant.get());
        if (choice.ours() && devices.size() < MOST_DEVICES) {
            devices.add(row.fields().get(choice.device()));
        }
        int characters = 0;
        for (Recording.Column column : columns) {
            String cell = row.fields().get(column.index());
            characters += cell.length() + column.name().length();
            column.values().see(row.line(), cell);
        }
        large |= characters > LARGE_ROW;
        return true;
    }

    private void seeTime(TableRow row, Instant instant) {
        if (previous != null && Duration.between(previous, instant).abs().compareTo(JUMP) > 0) {
            jumpCount++;
            if (jumps.size() < MOST_JUMPS_SHOWN) {
                jumps.add("Line %,d: %s is %s from the row before, %s"
                        .formatted(
                                row.line(),
                                instant,
                                Count.of(
                                        Duration.between(previous, instant)
                                                .abs()
                                                .toDays(),
                                        "day"),
                                previous));
            }
        }
        previous = instant;
        earliest = instant.isBefore(earliest) ? instant : earliest;
        latest = instant.isAfter(latest) ? instant : latest;
    }

    private Recording recording(RecordingOptions options) throws InterruptedException {
        if (rows == 0) {
            throw new LauncherException(source.map(wanted -> layout.file() + " holds no row of " + wanted.device())
                    .orElse(layout.file() + " holds no rows below its header"));
        }
        if (good == 0) {
            throw new LauncherException(
                    "%s holds no row with a time that can be read. %s".formatted(layout.file(), faults.getFirst()));
        }
        if (devices.size() > 1) {
            throw new LauncherException("%s holds readings of %s; say which are wanted with --from NAME"
                    .formatted(layout.file(), String.join(" and ", devices)));
        }
        decideDecimals(options.table().decimalSign());
        List<Recording.Column> settled = columns.stream()
                .filter(column -> !column.values().isEmpty())
                .map(RecordingColumns::settled)
                .toList();
        var counts = new Recording.Counts(rows, good, lastGood);
        var lines = described(settled, counts);
        var recording = new Recording(layout, time, settled, source, counts, lines);
        if (!large) {
            return recording;
        }
        List<String> tooLarge = recording.check();
        if (tooLarge.isEmpty()) {
            return recording;
        }
        lines.add("%s too large and will be left out".formatted(Count.are(tooLarge.size(), "row")));
        tooLarge.stream().limit(MOST_FAULTS_SHOWN).forEach(lines::add);
        var fewer = new Recording.Counts(rows, good - tooLarge.size(), lastGood);
        return new Recording(layout, time, settled, source, fewer, lines);
    }

    private void decideDecimals(char said) {
        long points = columns.stream()
                .mapToLong(column -> column.values().withPoint())
                .sum();
        long commas = columns.stream()
                .mapToLong(column -> column.values().withComma())
                .sum();
        boolean comma = commas > points || (commas == points && layout.format().delimiter() == ';');
        for (Recording.Column column : columns) {
            if (said == 0) {
                column.values().decide(comma ? ',' : '.');
            } else {
                column.values().decideAsSaid(said);
            }
        }
    }

    private List<String> described(List<Recording.Column> settled, Recording.Counts counts) {
        var lines = new ArrayList<String>();
        boolean commas = settled.stream().anyMatch(column -> column.values().hasDecimalComma());
        lines.add(layout.described() + "; " + Count.of(rows, "row") + (commas ? "; decimal commas" : ""));
        lines.addAll(layout.notes());
        lines.add("Time: column %s: %s; from %s to %s"
                .formatted(String.join(" and ", time.names()), time.described(), earliest, latest));
        names(
                lines,
                "Numbers",
                settled,
                column -> !column.status() && column.values().isNumeric());
        names(
                lines,
                "Text",
                settled,
                column -> !column.status() && !column.values().isNumeric());
        names(lines, "Status", settled, Recording.Column::status);
        if (!choice.leftOut().isEmpty()) {
            lines.add("Left out, as it is an export of ours: " + String.join(", ", choice.leftOut()));
        }
        for (Recording.Column column : settled) {
            if (!column.status() && !column.values().oddity().isEmpty()) {
                lines.add("Column %s: %s"
                        .formatted(column.header(), column.values().oddity()));
            }
        }
        if (latest.isAfter(Instant.now().plus(FUTURE))) {
            lines.add("The last time, " + latest + ", lies in the future");
        }
        lines.addAll(jumps);
        if (jumpCount > jumps.size()) {
            lines.add("and %,d more such jumps".formatted(jumpCount - jumps.size()));
        }
        if (counts.leftOut() > 0) {
            lines.add("%,d of %s cannot be used and will be left out:"
                    .formatted(counts.leftOut(), Count.of(rows, "row")));
            lines.addAll(faults);
            if (counts.leftOut() > faults.size()) {
                lines.add("and %,d more".formatted(counts.leftOut() - faults.size()));
            }
        }
        return lines;
    }

    private static void names(
            List<String> lines, String kind, List<Recording.Column> settled, Predicate<Recording.Column> wanted) {
        List<String> names =
                settled.stream().filter(wanted).map(Recording.Column::name).toList();
        if (!names.isEmpty()) {
            String more =
                    names.size() > MOST_NAMES_SHOWN ? " and %,d more".formatted(names.size() - MOST_NAMES_SHOWN) : "";
            lines.add("%s (%,d): %s%s"
                    .formatted(
                            kind,
                            names.size(),
                            names.stream().limit(MOST_NAMES_SHOWN).collect(Collectors.joining(", ")),
                            more));
        }
    }
}
