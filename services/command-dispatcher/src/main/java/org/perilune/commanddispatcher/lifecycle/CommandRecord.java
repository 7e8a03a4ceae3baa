package org.perilune.commanddispatcher.lifecycle;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.perilune.commanddispatcher.dictionary.CommandType;

/**
 * A command as it stands.
 *
 * @param parameters JSON
 * @param results JSON; null: the device has told none
 * @param requestedBy the person it is done for
 * @param principal who sent the request: the same, but for services
 * @param verification JSON of what telemetry must show; null: the device's word counts
 * @param executedAt the device's clock
 */
public record CommandRecord(
        UUID id,
        String device,
        String deviceType,
        int dictionaryVersion,
        String commandType,
        String parameters,
        CommandType.Significance significance,
        CommandState state,
        String detail,
        @Nullable String results,
        String requestedBy,
        String principal,
        Instant requestedAt,
        Instant expiresAt,
        @Nullable String approvedBy,
        @Nullable String verification,
        @Nullable Instant executedAt,
        int attempts,
        Instant changedAt,
        int revision) {

    /** One line of what happened to it. */
    record Line(Instant at, @Nullable Instant deviceTime, String stage, String by, String detail, boolean late) {}

    /** What the sweeper or the sender does first: nothing before its end, where a person must speak. */
    Instant firstAttempt() {
        return state == CommandState.HELD ? expiresAt : requestedAt;
    }
}
