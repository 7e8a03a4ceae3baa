package org.perilune.sdk.wire;

import java.time.Instant;
import java.util.Map;
import org.perilune.contracts.v1.Ack;
import org.perilune.contracts.v1.Stage;
import org.perilune.contracts.v1.Value;

/** Acknowledgements of commands, as messages. */
public final class Acks {
    private static final int LONGEST_DETAIL = 1_000;
    private static final int MOST_RESULT_BYTES = 16 * 1024;

    private Acks() {}

    /** @param detail for people; cut after 1,000 characters */
    public static Ack ack(String id, Stage stage, String detail, Instant at) {
        return ack(id, stage, detail, at, Map.of());
    }

    /**
     * @param detail for people; cut after 1,000 characters
     * @param results by name; what is no finite number is sent as text; all are left out if they make it longer than 16 KiB
     */
    public static Ack ack(String id, Stage stage, String detail, Instant at, Map<String, Object> results) {
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

    /** Whether a command that is at this stage has ended. */
    public static boolean isFinal(Stage stage) {
        return stage.getNumber() >= Stage.STAGE_COMPLETED_VALUE;
    }
}
