package org.perilune.lunarmodule;

import java.util.Locale;

/** How far the mission lets the vehicle be moved. */
enum Phase {
    RUNNING,
    /** No manoeuvres until it goes on. */
    PAUSED,
    /** By an emergency stop: the engine is inhibited. */
    STOPPED;

    /** As telemetry says it. */
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
