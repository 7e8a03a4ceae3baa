package org.perilune.launcher.replay;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.perilune.contracts.TelemetryLimits;
import org.perilune.launcher.home.LauncherException;
import org.perilune.launcher.table.TableLayout;
import org.perilune.launcher.table.TimeColumn;
import org.perilune.launcher.table.ValueColumn;

/** Which columns of a recording become values, and what these are called. */
final class RecordingColumns {
    /** What {@code GET /data.csv} writes before status and values. */
    private static final List<String> BOOKKEEPING = List.of("device", "timestamp", "received", "epoch", "seq");

    private static final String STATUS = "status";

    private final TableLayout layout;
    private final boolean ours;

    RecordingColumns(TableLayout layout) {
        this.layout = layout;
        ours = layout.header().containsAll(BOOKKEEPING);
    }

    /** Whether it is an export of Perilune's own. */
    boolean ours() {
        return ours;
    }

    /** @return the index of the column that names devices; -1 where there is none */
    int device() {
        return layout.column(List.of("device"));
    }

    List<String> leftOut() {
        return ours
                ? BOOKKEEPING.stream().filter(name -> !name.equals("timestamp")).toList()
                : List.of();
    }

    /** @throws LauncherException if they are more than a reading holds, or not there */
    List<Recording.Column> choose(TimeColumn time, List<String> wanted) {
        for (String name : wanted) {
            if (!layout.header().contains(name)) {
                throw new LauncherException(layout.file() + " has no column " + name + "; it has " + layout.header());
            }
        }
        Set<Integer> passedOver = new HashSet<>(time.columns());
        leftOut().forEach(name -> passedOver.add(layout.header().indexOf(name)));
        var columns = new ArrayList<Recording.Column>();
        Set<String> taken = new HashSet<>();
        for (int index = 0; index < layout.header().size(); index++) {
            String header = layout.header().get(index);
            if (!passedOver.contains(index) && (wanted.isEmpty() || wanted.contains(header))) {
                String name = nameFor(header, index, taken);
                columns.add(new Recording.Column(
                        index, header, name, name.equals(STATUS) && ours, ours, new ValueColumn()));
            }
        }
        if (columns.size() > TelemetryLimits.MOST_VALUES) {
            throw new LauncherException(
                    "%s has %,d columns of values, but a reading holds %,d at most; nothing was sent. Name those that are wanted with --columns A,B,…"
                            .formatted(layout.file(), columns.size(), TelemetryLimits.MOST_VALUES));
        }
        return columns;
    }

    /** A column "status" that holds words is the device's status. */
    static Recording.Column settled(Recording.Column column) {
        boolean status = column.status()
                || (column.name().equals(STATUS) && !column.values().isNumeric());
        return new Recording.Column(
                column.index(), column.header(), column.name(), status, column.escaped(), column.values());
    }

    private static String nameFor(String header, int index, Set<String> taken) {
        String plain = header.codePoints()
                .mapToObj(Character::toString)
                .map(character -> TelemetryLimits.VALUE_NAME.matcher(character).matches() ? character : "_")
                .collect(Collectors.joining())
                .replaceAll("_{2,}", "_");
        String name = plain.isEmpty() ? "column_" + (index + 1) : plain;
        String whole = cut(name, TelemetryLimits.LONGEST_NAME);
        for (int copy = 2; !taken.add(whole); copy++) {
            String suffix = "_" + copy;
            whole = cut(name, TelemetryLimits.LONGEST_NAME - suffix.length()) + suffix;
        }
        return whole;
    }

    private static String cut(String name, int length) {
        if (name.length() <= length) {
            return name;
        }
        return name.substring(0, Character.isHighSurrogate(name.charAt(length - 1)) ? length - 1 : length);
    }
}
