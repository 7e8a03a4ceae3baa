package org.perilune.commanddispatcher;

import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * A command that may be stored: everything about it was checked.
 *
 * @param idempotencyKey null where the caller gave none
 * @param requestHash of the request's body, so that another body under the same key is known; empty without a key
 */
record NewCommand(
        CommandRecord command,
        boolean repeatable,
        @Nullable String idempotencyKey,
        String requestHash,
        String traceparent) {

    static String hex(byte[] hash) {
        return HexFormat.of().formatHex(hash);
    }
}
