package org.perilune.lunarmodule.mission;

import java.util.Locale;

/** How far the mission lets the vehicle be moved. */
public enum Phase {
    RUNNING,
    /** No manoeuvres until it goes on. */
    PAUSED,
    /** By an emergency stop: the engine is inhibited. */
    STOPPED;

    /** As telemetry says it. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
