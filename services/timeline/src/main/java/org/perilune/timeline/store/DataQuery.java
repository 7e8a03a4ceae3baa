package org.perilune.timeline.store;

import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.perilune.timeline.event.Entry;
import org.perilune.timeline.event.EventKind;
import org.perilune.timeline.event.EventState;
import org.perilune.timeline.event.Position;

/**
 * One query of {@code GET /data}.
 *
 * @param fromMillis earliest end, not negative
 * @param toMillis latest time
 * @param device all where null
 * @param kinds all where empty
 * @param states all where empty
 * @param after where the page before ended
 */
public record DataQuery(
        long fromMillis,
        long toMillis,
        @Nullable String device,
        Set<EventKind> kinds,
        Set<EventState> states,
        int limit,
        @Nullable Position after) {
    public DataQuery {
        kinds = Set.copyOf(kinds);
        states = Set.copyOf(states);
    }

    boolean admits(Entry entry) {
        return entry.endMillis() >= fromMillis
                && (device == null || device.equals(entry.device()))
                && (kinds.isEmpty() || kinds.contains(entry.kind()))
                && (states.isEmpty() || states.contains(entry.state()));
    }
}
