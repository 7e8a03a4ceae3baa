package org.perilune.timeline;

import java.util.Locale;
import java.util.Optional;

/** What an event is; all but the first are computed ahead. */
enum EventKind {
    PLANNED,
    PASS,
    LOSS_OF_SIGNAL,
    SHADOW;

    String wireName() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static Optional<EventKind> ofWireName(String wireName) {
        for (EventKind kind : values()) {
            if (kind.wireName().equals(wireName)) {
                return Optional.of(kind);
            }
        }
        return Optional.empty();
    }
}
