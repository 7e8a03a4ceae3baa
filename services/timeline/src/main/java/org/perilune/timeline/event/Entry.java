package org.perilune.timeline.event;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What every copy keeps in memory of an event: enough to find it and to know when it is due. */
public record Entry(
        UUID id,
        long timeMillis,
        long untilMillis,
        @Nullable String device,
        EventKind kind,
        EventState state,
        long version,
        long fence,
        boolean hasCommand,
        boolean repeats,
        boolean runOnce) {
    public static final long NO_END = Long.MIN_VALUE;

    public Position position() {
        return new Position(timeMillis, id);
    }

    public long endMillis() {
        return untilMillis == NO_END ? timeMillis : untilMillis;
    }

    public boolean awaitsItsTime() {
        return state == EventState.PLANNED;
    }
}
