package org.perilune.sdk;

import java.time.Instant;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/**
 * A command that is on disk and is to be begun.
 *
 * @param lifetimeSeconds how long it might still wait when it came, counted by no clock that anybody can set; empty: not
 *     said, or forgotten in a restart
 * @param interrupted whether an earlier start had begun it
 */
record WaitingCommand(DeviceCommand command, OptionalLong lifetimeSeconds, long arrivedNanos, boolean interrupted) {
    boolean expired(Instant now, long nowNanos) {
        if (now.isAfter(command.notAfter())) {
            return true;
        }
        return lifetimeSeconds.isPresent()
                && nowNanos - arrivedNanos > TimeUnit.SECONDS.toNanos(lifetimeSeconds.getAsLong());
    }
}
