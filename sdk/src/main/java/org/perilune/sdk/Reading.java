package org.perilune.sdk;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.perilune.contracts.TelemetryLimits;
import org.perilune.contracts.v1.Frame;
import org.perilune.contracts.v1.Value;
import org.perilune.sdk.wire.Micros;

/**
 * What a device reports of one instant. Built once, then unchangeable.
 *
 * @param time by the device's clock
 * @param status a word on what the device is doing, such as "nominal"; may be empty
 */
public record Reading(Instant time, String status, List<Value> values) {
    private static final Instant EARLIEST = Micros.toInstant(TelemetryLimits.EARLIEST_MICROS);
    private static final Instant LATEST = Micros.toInstant(TelemetryLimits.LATEST_MICROS);

    public Reading {
        values = List.copyOf(values);
    }

    public static Builder at(Instant time) {
        return new Builder(time);
    }

    static void checkName(String name) {
        if (!TelemetryLimits.isName(name)) {
            throw new IllegalArgumentException(
                    "Not a name of a value, which is " + TelemetryLimits.NAME_RULE + ": " + name);
        }
    }

    /**
     * The frame without its seq, which the journal puts before it.
     *
     * @throws IllegalArgumentException for what the ground would not store: it is said here, where somebody can mend it
     */
    byte[] toFrameBody() {
        check();
        byte[] frame = Frame.newBuilder()
                .setTimeMicros(Micros.of(time))
                .setStatus(status)
                .addAllValues(values)
                .build()
                .toByteArray();
        if (frame.length > TelemetryLimits.MOST_FRAME_BYTES) {
            throw new IllegalArgumentException(
                    "A reading of " + frame.length + " bytes exceeds " + TelemetryLimits.MOST_FRAME_BYTES);
        }
        return frame;
    }

    private void check() {
        checkText("The status", status);
        if (values.size() > TelemetryLimits.MOST_VALUES) {
            throw new IllegalArgumentException("A reading has %d values; %d at most are stored"
                    .formatted(values.size(), TelemetryLimits.MOST_VALUES));
        }
        if (time.isBefore(EARLIEST) || time.isAfter(LATEST)) {
            throw new IllegalArgumentException("The time is outside the years 1 to 9999: " + time);
        }
        for (Value value : values) {
            checkName(value.getName());
            if (value.hasText()) {
                checkText("The text of " + value.getName(), value.getText());
            } else if (value.hasNumber() && !Double.isFinite(value.getNumber())) {
                throw new IllegalArgumentException("Not a finite number: " + value.getName());
            }
        }
    }

    private static void checkText(String what, String text) {
        String fault = TelemetryLimits.textFault(text);
        if (fault != null) {
            throw new IllegalArgumentException(what + " " + fault);
        }
    }

    /** Not safe for use by several threads. */
    public static final class Builder {
        private final Instant time;
        private final List<Value> values = new ArrayList<>();
        private String status = "";

        private Builder(Instant time) {
            this.time = time;
        }

        /** @throws IllegalArgumentException for more than 4,096 bytes of UTF-8, a zero character or half of one */
        public Builder status(String word) {
            checkText("The status", word);
            status = word;
            return this;
        }

        /** @throws IllegalArgumentException for a bad name, NaN or infinity, none of which would be stored */
        public Builder number(String name, double number) {
            checkName(name);
            if (!Double.isFinite(number)) {
                throw new IllegalArgumentException("Not a finite number: " + name);
            }
            values.add(Value.newBuilder().setName(name).setNumber(number).build());
            return this;
        }

        /**
         * A whole number that is to stay exact beyond 2^53.
         *
         * @throws IllegalArgumentException for a bad name
         */
        public Builder integer(String name, long number) {
            checkName(name);
            values.add(Value.newBuilder().setName(name).setInteger(number).build());
            return this;
        }

        /** @throws IllegalArgumentException for a bad name, or a text as {@link #status} */
        public Builder text(String name, String text) {
            checkName(name);
            checkText("The text of " + name, text);
            values.add(Value.newBuilder().setName(name).setText(text).build());
            return this;
        }

        public Reading build() {
            return new Reading(time, status, values);
        }
    }
}
