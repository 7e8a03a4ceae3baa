package org.perilune.lunarmodule.command;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.perilune.sdk.CommandEnd;
import org.perilune.sdk.DeviceCommand;

/**
 * A command that came to this device, and how far it got.
 *
 * @param state received, executing, completed, failed, rejected, expired or unknown
 * @param receivedAt null where it was refused at once; so are the others while they have not come
 */
public record ReceivedCommand(
        @JsonProperty("id") String id,
        @JsonProperty("command_type") String type,
        @JsonProperty("parameters") Map<String, Object> parameters,
        @JsonProperty("state") String state,
        @JsonProperty("detail") String detail,
        @JsonProperty("results") Map<String, Object> results,
        @JsonProperty("sent_at") Instant sentAt,
        @JsonProperty("expires_at") Instant expiresAt,
        @JsonProperty("received_at") @Nullable Instant receivedAt,
        @JsonProperty("began_at") @Nullable Instant beganAt,
        @JsonProperty("ended_at") @Nullable Instant endedAt) {
    private static final String RECEIVED = "received";
    private static final String EXECUTING = "executing";

    public ReceivedCommand {
        parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
        results = Collections.unmodifiableMap(new LinkedHashMap<>(results));
    }

    public static ReceivedCommand received(DeviceCommand command, Instant at) {
        return of(command, RECEIVED, at, null);
    }

    static ReceivedCommand began(DeviceCommand command, Instant at) {
        return of(command, EXECUTING, null, at);
    }

    private static ReceivedCommand of(
            DeviceCommand command, String state, @Nullable Instant receivedAt, @Nullable Instant beganAt) {
        return new ReceivedCommand(
                command.id(),
                command.type(),
                command.arguments(),
                state,
                "",
                Map.of(),
                command.sentAt(),
                command.notAfter(),
                receivedAt,
                beganAt,
                null);
    }

    public static ReceivedCommand ended(DeviceCommand command, CommandEnd end) {
        return of(command, RECEIVED, null, null).with(end);
    }

    ReceivedCommand with(CommandEnd end) {
        return new ReceivedCommand(
                id,
                type,
                parameters,
                state(end),
                end.detail(),
                end.results(),
                sentAt,
                expiresAt,
                receivedAt,
                beganAt,
                end.at());
    }

    private static String state(CommandEnd end) {
        return switch (end.stage()) {
            case STAGE_COMPLETED -> "completed";
            case STAGE_FAILED -> "failed";
            case STAGE_REJECTED -> "rejected";
            case STAGE_EXPIRED -> "expired";
            case STAGE_RECEIVED, STAGE_EXECUTING, STAGE_UNKNOWN, STAGE_UNSPECIFIED, UNRECOGNIZED -> "unknown";
        };
    }

    /** This, with the times that were known before. */
    ReceivedCommand after(ReceivedCommand before) {
        return new ReceivedCommand(
                id,
                type,
                parameters,
                state,
                detail,
                results,
                sentAt,
                expiresAt,
                receivedAt == null ? before.receivedAt : receivedAt,
                beganAt == null ? before.beganAt : beganAt,
                endedAt);
    }
}
