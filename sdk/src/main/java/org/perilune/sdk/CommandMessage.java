package org.perilune.sdk;

import java.time.Instant;
import java.util.LinkedHashMap;
import org.perilune.contracts.v1.Ack;
import org.perilune.contracts.v1.Argument;
import org.perilune.contracts.v1.Command;
import org.perilune.contracts.v1.Stage;
import org.perilune.contracts.v1.Value;
import org.perilune.sdk.wire.Acks;
import org.perilune.sdk.wire.Micros;

/** Commands and their acknowledgements, between messages and what handlers are given. */
final class CommandMessage {
    static final int LONGEST_ID = 64;

    private CommandMessage() {}

    /** @throws IllegalArgumentException if it makes no sense; its message is for people */
    static DeviceCommand read(Command message) {
        if (message.getCommandType().isBlank()) {
            throw new IllegalArgumentException("The command has no type");
        }
        if (message.getNotAfterMicros() <= 0) {
            throw new IllegalArgumentException("The command does not say when it expires");
        }
        var arguments = new LinkedHashMap<String, Object>();
        for (Argument argument : message.getArgumentsList()) {
            if (arguments.put(argument.getName(), value(argument)) != null) {
                throw new IllegalArgumentException("The argument " + argument.getName() + " is given twice");
            }
        }
        return new DeviceCommand(
                message.getId(),
                message.getCommandType(),
                arguments,
                Micros.toInstant(message.getSentMicros()),
                Micros.toInstant(message.getNotAfterMicros()),
                message.getCritical(),
                message.getRepeatable());
    }

    private static Object value(Argument argument) {
        return switch (argument.getKindCase()) {
            case NUMBER -> {
                if (!Double.isFinite(argument.getNumber())) {
                    throw new IllegalArgumentException(
                            "The argument " + argument.getName() + " is not a finite number");
                }
                yield argument.getNumber();
            }
            case TEXT -> argument.getText();
            case FLAG -> argument.getFlag();
            case INTEGER -> argument.getInteger();
            case KIND_NOT_SET ->
                throw new IllegalArgumentException("The argument " + argument.getName() + " has no value");
        };
    }

    static Ack ack(String id, CommandOutcome outcome, Instant at) {
        return switch (outcome) {
            case CommandOutcome.Completed(var detail, var results) ->
                Acks.ack(id, Stage.STAGE_COMPLETED, detail, at, results);
            case CommandOutcome.Failed(var detail) -> Acks.ack(id, Stage.STAGE_FAILED, detail, at);
            case CommandOutcome.Rejected(var detail) -> Acks.ack(id, Stage.STAGE_REJECTED, detail, at);
        };
    }

    static CommandEnd end(Ack ack) {
        var results = new LinkedHashMap<String, Object>();
        for (Value value : ack.getResultsList()) {
            results.put(value.getName(), value.hasText() ? value.getText() : (Object) value.getNumber());
        }
        return new CommandEnd(ack.getStage(), ack.getDetail(), results, Micros.toInstant(ack.getTimeMicros()));
    }
}
