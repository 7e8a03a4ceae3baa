package org.perilune.commanddispatcher.lifecycle;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What somebody says has become of a command.
 *
 * @param by a person, or {@link #DEVICE}, or {@link #DISPATCHER}
 * @param detail for people; empty where there is nothing to say
 * @param deviceTime the device's own clock, where the device says it
 * @param results what came of it, where the device says so; null keeps what is known
 */
public record Transition(
        UUID command,
        CommandState to,
        String by,
        String detail,
        @Nullable Instant deviceTime,
        @Nullable JsonNode results) {
    public static final String DEVICE = "device";
    static final String DISPATCHER = "command-dispatcher";

    /** What we ourselves did or found. */
    public static Transition ours(UUID command, CommandState to, String detail) {
        return new Transition(command, to, DISPATCHER, detail, null, null);
    }

    boolean isDevices() {
        return by.equals(DEVICE);
    }
}
