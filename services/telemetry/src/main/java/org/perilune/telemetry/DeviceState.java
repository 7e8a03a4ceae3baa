package org.perilune.telemetry;

import java.util.Locale;

/** How a device is, as far as can be told from what came from it. */
enum DeviceState {
    /** Never heard. */
    UNKNOWN,
    ONLINE,
    LATE,
    STALE,
    DARK,
    PLANNED_SILENCE;

    String wireName() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
