package org.perilune.timeline.event;

import java.util.Locale;
import java.util.Optional;

/** How far an event is. All but the first two are final, except that predictions follow the orbit. */
public enum EventState {
    PLANNED,
    /** Claimed by a copy; the command may have left. */
    DISPATCHING,
    DISPATCHED,
    /** Its time came, and it had no command. */
    PASSED,
    MISSED,
    FAILED,
    CANCELLED,
    PREDICTED;

    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** As stored, by its constant's name. Failed, which is final, for one that only a newer version gives. */
    public static EventState ofStored(String name) {
        for (EventState state : values()) {
            if (state.name().equals(name)) {
                return state;
            }
        }
        return FAILED;
    }

    public static Optional<EventState> ofWireName(String wireName) {
        for (EventState state : values()) {
            if (state.wireName().equals(wireName)) {
                return Optional.of(state);
            }
        }
        return Optional.empty();
    }
}
