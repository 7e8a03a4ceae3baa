package org.perilune.commanddispatcher.uplink;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.InvalidProtocolBufferException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.json.Numbers;
import org.perilune.commanddispatcher.lifecycle.CommandState;
import org.perilune.commanddispatcher.lifecycle.Transition;
import org.perilune.contracts.v1.Ack;
import org.perilune.contracts.v1.Stage;
import org.perilune.contracts.v1.Value;

/** Makes a {@link Transition} of what a device says, fit for the database. */
final class Acknowledgement {
    private static final Pattern ID =
            Pattern.compile("[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}");
    private static final int LONGEST_DETAIL = 2_000;
    private static final int LONGEST_TEXT = 1_000;
    private static final int MOST_RESULTS = 200;

    /** 2200-01-01: no clock that is meant seriously goes beyond. */
    private static final long LATEST_MICROS = 7_258_118_400_000_000L;

    private Acknowledgement() {}

    /** Thrown with the reason, as people read it. */
    static final class Meaningless extends Exception {
        private static final long serialVersionUID = 1;

        Meaningless(String reason) {
            super(reason);
        }
    }

    static Transition read(AckEntry entry) throws Meaningless {
        Ack ack;
        try {
            ack = Ack.parseFrom(entry.payload());
        } catch (InvalidProtocolBufferException malformed) {
            throw new Meaningless("Not an acknowledgement: " + malformed.getMessage());
        }
        if (!ID.matcher(ack.getId()).matches()) {
            throw new Meaningless("The id of an acknowledgement must be a command's UUID");
        }
        return new Transition(
                UUID.fromString(ack.getId()),
                state(ack.getStage()),
                Transition.DEVICE,
                clean(ack.getDetail(), LONGEST_DETAIL),
                time(ack.getTimeMicros())
                        .or(() -> time(micros(entry.received())))
                        .orElse(null),
                results(ack.getResultsList()));
    }

    private static CommandState state(Stage stage) throws Meaningless {
        return switch (stage) {
            case STAGE_RECEIVED -> CommandState.RECEIVED;
            case STAGE_EXECUTING -> CommandState.EXECUTING;
            case STAGE_COMPLETED -> CommandState.COMPLETED;
            case STAGE_FAILED -> CommandState.FAILED;
            case STAGE_REJECTED -> CommandState.REJECTED;
            case STAGE_EXPIRED -> CommandState.EXPIRED;
            case STAGE_UNKNOWN -> CommandState.UNKNOWN;
            case STAGE_UNSPECIFIED, UNRECOGNIZED ->
                throw new Meaningless("The stage of an acknowledgement must be one of RECEIVED to UNKNOWN");
        };
    }

    private static @Nullable ObjectNode results(List<Value> values) {
        if (values.isEmpty()) {
            return null;
        }
        ObjectNode results = JsonNodeFactory.instance.objectNode();
        values.stream().limit(MOST_RESULTS).forEach(value -> {
            String name = clean(value.getName(), LONGEST_TEXT);
            switch (value.getKindCase()) {
                case NUMBER -> Numbers.put(results, name, value.getNumber());
                case INTEGER -> results.put(name, value.getInteger());
                case TEXT -> results.put(name, clean(value.getText(), LONGEST_TEXT));
                case KIND_NOT_SET -> results.putNull(name);
            }
        });
        return results;
    }

    private static Optional<Instant> time(long micros) {
        return micros > 0 && micros < LATEST_MICROS
                ? Optional.of(Instant.ofEpochSecond(micros / 1_000_000, micros % 1_000_000 * 1_000))
                : Optional.empty();
    }

    private static long micros(byte[] digits) {
        long value = 0;
        for (byte digit : digits) {
            if (digit < '0' || digit > '9' || value > LATEST_MICROS) {
                return 0;
            }
            value = value * 10 + (digit - '0');
        }
        return value;
    }

    /** PostgreSQL's text and JSON hold no zero character. */
    private static String clean(String text, int longest) {
        String whole = text.replace('\0', '\ufffd');
        if (whole.length() <= longest) {
            return whole;
        }
        // Never between the two halves of a character.
        int end = Character.isHighSurrogate(whole.charAt(longest - 2)) ? longest - 2 : longest - 1;
        return whole.substring(0, end) + "…";
    }
}
