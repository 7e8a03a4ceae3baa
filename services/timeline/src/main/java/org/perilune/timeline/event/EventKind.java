package org.perilune.timeline.event;

import java.util.Locale;
import java.util.Optional;

/** What an event is; all but the first are computed ahead. */
public enum EventKind {
    PLANNED,
    PASS,
    LOSS_OF_SIGNAL,
    SHADOW;

    String wireName() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** As stored, by its constant's name. Planned for one that only a newer version gives: its command must be launched. */
    public static EventKind ofStored(String name) {
        for (EventKind kind : values()) {
            if (kind.name().equals(name)) {
                return kind;
            }
        }
        return PLANNED;
    }

    public static Optional<EventKind> ofWireName(String wireName) {
        for (EventKind kind : values()) {
            if (kind.wireName().equals(wireName)) {
                return Optional.of(kind);
            }
        }
        return Optional.empty();
    }
}
