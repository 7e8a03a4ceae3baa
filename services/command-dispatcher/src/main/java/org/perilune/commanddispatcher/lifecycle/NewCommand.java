package org.perilune.commanddispatcher.lifecycle;

import org.jspecify.annotations.Nullable;
import org.perilune.chassis.http.IdempotencyKey;

/**
 * A command that may be stored: everything about it was checked.
 *
 * @param key null where the caller gave none
 */
public record NewCommand(
        CommandRecord command, boolean repeatable, @Nullable IdempotencyKey key, String traceparent) {
    @Nullable
    String idempotencyKey() {
        return key == null ? null : key.value();
    }

    /** Empty without a key. */
    String requestHash() {
        return key == null ? "" : key.hash();
    }
}
