package org.perilune.launcher.table;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** What kind of time is written in a column. */
enum TimeKind {
    /** A date with a time of day. */
    WHOLE,
    DATE,
    /** A time of day, or a time since a start. */
    CLOCK,
    /** A time since a start that cannot be one of day. */
    ELAPSED,
    NUMBER,
    NONE;

    /** That of most cells; {@link #NONE} only if none is any. */
    static TimeKind of(List<String> cells, TimeText.Order order) {
        Map<TimeKind, Integer> counts = new EnumMap<>(TimeKind.class);
        boolean numbers =
                cells.stream().allMatch(cell -> TimeUnits.NUMBER.matcher(cell).matches());
        for (String cell : cells) {
            counts.merge(of(cell, order), 1, Integer::sum);
        }
        // 20260101 is a day only if all are: among counts of seconds some look like days.
        if (numbers && counts.size() > 1) {
            return NUMBER;
        }
        return counts.entrySet().stream()
                .filter(entry -> entry.getKey() != NONE)
                .max(Map.Entry.comparingByValue())
                .map(Map.Entry::getKey)
                .orElse(NONE);
    }

    private static TimeKind of(String cell, TimeText.Order order) {
        var text = TimeText.parse(cell, order);
        if (text.isPresent()) {
            return text.get().isWhole() ? WHOLE : text.get().date() != null ? DATE : CLOCK;
        }
        if (TimeUnits.NUMBER.matcher(cell).matches()) {
            return NUMBER;
        }
        return ElapsedTime.parse(cell).isPresent() ? ELAPSED : NONE;
    }
}
