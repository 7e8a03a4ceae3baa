package org.perilune.chassis.settings;

/** A value that must not be seen: {@link #toString} hides it. Never null. */
public record Secret(String reveal) {
    @Override
    public String toString() {
        return "•••";
    }
}
