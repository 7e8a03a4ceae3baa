package org.perilune.moderation;

import java.util.Locale;
import org.perilune.contracts.FlightLog.Status;

/** What becomes of a comment that a rule objects to. */
enum Action {
    REJECT(Status.REJECTED),
    /** It waits for a person. */
    HOLD(Status.PENDING);

    private final Status status;

    Action(Status status) {
        this.status = status;
    }

    Status status() {
        return status;
    }

    String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
