package org.perilune.commanddispatcher.lifecycle;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/**
 * Where a command stands. It only ever goes forward, in the order of declaration, though it may leave stages out: what
 * a device says may be lost or overtaken. The last six are final.
 */
public enum CommandState {
    /** Taken, not yet sent: it waits for the device's link. */
    ACCEPTED,
    /** Critical: waits for a second person. */
    HELD,
    APPROVED,
    /** The broker has handed it to the device's connection. */
    SENT,
    RECEIVED,
    EXECUTING,
    /** The device says it is done; telemetry has yet to show it. */
    VERIFYING,
    COMPLETED,
    FAILED,
    REJECTED,
    EXPIRED,
    CANCELLED,
    UNKNOWN;

    /** Not yet handed to a device, so that it can still be stopped. */
    public static final Set<CommandState> UNSENT = EnumSet.of(ACCEPTED, HELD, APPROVED);

    /** As in the database and in JSON. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * {@code UNKNOWN} for a name that only a newer version gives, while both run: it is final, so that we leave the
     * command to those who know.
     */
    public static CommandState ofWireName(String wireName) {
        return Arrays.stream(values())
                .filter(state -> state.wireName().equals(wireName))
                .findFirst()
                .orElse(UNKNOWN);
    }

    public boolean isFinal() {
        return compareTo(COMPLETED) >= 0;
    }

    /** Whether a command may go from here to there. */
    boolean mayBecome(CommandState next) {
        return !isFinal() && next.compareTo(this) > 0;
    }
}
