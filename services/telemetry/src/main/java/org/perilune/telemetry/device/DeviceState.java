package org.perilune.telemetry.device;

import java.util.Locale;

/** How a device is, as far as can be told from what came from it. */
enum DeviceState {
    /** Never heard. */
    UNKNOWN,
    ONLINE,
    LATE,
    STALE,
    DARK,
    PLANNED_SILENCE,
    /** A recording that has been played back. */
    ENDED;

    String wireName() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
