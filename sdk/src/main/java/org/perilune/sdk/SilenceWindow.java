package org.perilune.sdk;

import java.time.Instant;

/** When a device knows that it will be silent, such as on the far side of the Moon. */
public record SilenceWindow(Instant from, Instant until) {
    public SilenceWindow {
        if (until.isBefore(from)) {
            throw new IllegalArgumentException("A silence must not end before it begins");
        }
    }
}
