package org.perilune.commanddispatcher.uplink;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.perilune.commanddispatcher.lifecycle.CommandState;
import org.perilune.contracts.v1.Argument;
import org.perilune.contracts.v1.Command;

/**
 * What is to be sent.
 *
 * @param parameters normalised: what is an integer is to be one on the device
 * @param attempts how often it was handed to the broker before
 * @param handedOver whether the device may have it already
 */
record DueCommand(
        UUID id,
        String device,
        String type,
        JsonNode parameters,
        boolean critical,
        boolean repeatable,
        Instant expiresAt,
        @Nullable String traceparent,
        CommandState state,
        int attempts,
        boolean handedOver) {

    boolean isFirst() {
        return CommandState.UNSENT.contains(state);
    }

    /** As it goes over the air. */
    byte[] message(Instant now) {
        Command.Builder command = Command.newBuilder()
                .setId(id.toString())
                .setCommandType(type)
                .setSentMicros(micros(now))
                .setNotAfterMicros(micros(expiresAt))
                .setCritical(critical)
                .setRepeatable(repeatable);
        for (Map.Entry<String, JsonNode> parameter : parameters.properties()) {
            command.addArguments(argument(parameter.getKey(), parameter.getValue()));
        }
        return command.build().toByteArray();
    }

    private static Argument argument(String name, JsonNode value) {
        Argument.Builder argument = Argument.newBuilder().setName(name);
        if (value.isBoolean()) {
            argument.setFlag(value.booleanValue());
        } else if (value.isIntegralNumber()) {
            argument.setInteger(value.longValue());
        } else if (value.isNumber()) {
            argument.setNumber(value.doubleValue());
        } else if (!value.isNull()) {
            argument.setText(value.asText());
        }
        return argument.build();
    }

    private static long micros(Instant instant) {
        return Math.addExact(Math.multiplyExact(instant.getEpochSecond(), 1_000_000L), instant.getNano() / 1_000);
    }
}
