package org.perilune.sdk;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.perilune.contracts.v1.Ack;
import org.perilune.contracts.v1.Argument;
import org.perilune.contracts.v1.Command;
import org.perilune.contracts.v1.Stage;
import org.perilune.contracts.v1.Value;

/** Commands and their acknowledgements, between the wire and the device's own words. */
final class CommandMessage {
    static final int LONGEST_ID = 64;
    private static final int LONGEST_DETAIL = 1_000;
    private static final int MOST_RESULT_BYTES = 16 * 1024;

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

    static Ack ack(String id, Stage stage, String detail, Instant at) {
        return ack(id, stage, detail, at, Map.of());
    }

    static Ack ack(String id, CommandOutcome outcome, Instant at) {
        return switch (outcome) {
            case CommandOutcome.Completed(var detail, var results) ->
                ack(id, Stage.STAGE_COMPLETED, detail, at, results);
            case CommandOutcome.Failed(var detail) -> ack(id, Stage.STAGE_FAILED, detail, at);
            case CommandOutcome.Rejected(var detail) -> ack(id, Stage.STAGE_REJECTED, detail, at);
        };
    }

    private static Ack ack(String id, Stage stage, String detail, Instant at, Map<String, Object> results) {
        var ack = Ack.newBuilder()
                .setId(id)
                .setStage(stage)
                .setDetail(cut(detail))
                .setTimeMicros(Micros.of(at));
        results.forEach((name, value) -> ack.addResults(value(name, value)));
        if (ack.getResultsCount() > 0 && ack.buildPartial().getSerializedSize() > MOST_RESULT_BYTES) {
            // What was done was done: a report that is too long must not make it look otherwise.
            ack.clearResults().setDetail(cut("The results are too long to be sent. " + detail));
        }
        return ack.build();
    }

    private static Value value(String name, Object value) {
        var builder = Value.newBuilder().setName(name);
        if (value instanceof Number number && Double.isFinite(number.doubleValue())) {
            return builder.setNumber(number.doubleValue()).build();
        }
        return builder.setText(String.valueOf(value)).build();
    }

    private static String cut(String detail) {
        return detail.length() <= LONGEST_DETAIL ? detail : detail.substring(0, LONGEST_DETAIL) + "…";
    }

    static CommandEnd end(Ack ack) {
        var results = new LinkedHashMap<String, Object>();
        for (Value value : ack.getResultsList()) {
            results.put(value.getName(), value.hasText() ? value.getText() : (Object) value.getNumber());
        }
        return new CommandEnd(ack.getStage(), ack.getDetail(), results, Micros.toInstant(ack.getTimeMicros()));
    }

    static boolean isFinal(Stage stage) {
        return stage.getNumber() >= Stage.STAGE_COMPLETED_VALUE;
    }
}
