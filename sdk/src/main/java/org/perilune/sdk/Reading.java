package org.perilune.sdk;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.perilune.contracts.v1.Frame;
import org.perilune.contracts.v1.Value;

/**
 * What a device reports of one instant. Built once, then unchangeable.
 *
 * @param time by the device's clock
 * @param status a word on what the device is doing, such as "nominal"; may be empty
 */
public record Reading(Instant time, String status, List<Value> values) {
    /** What a value may be called. */
    public static final Pattern VALUE_NAME = Pattern.compile("[A-Za-z0-9_.-]{1,64}");

    /** The largest frame on the wire, in bytes. */
    static final int MAX_FRAME_BYTES = 64 * 1024;

    public Reading {
        values = List.copyOf(values);
    }

    public static Builder at(Instant time) {
        return new Builder(time);
    }

    static void checkName(String name) {
        if (!VALUE_NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("Not a name of a value: " + name);
        }
    }

    /**
     * The frame without its seq, which the journal puts before it.
     *
     * @throws IllegalArgumentException if the frame would be too large for the wire
     */
    byte[] toFrameBody() {
        byte[] frame = Frame.newBuilder()
                .setTimeMicros(Micros.of(time))
                .setStatus(status)
                .addAllValues(values)
                .build()
                .toByteArray();
        if (frame.length > MAX_FRAME_BYTES) {
            throw new IllegalArgumentException("A reading of " + frame.length + " bytes exceeds " + MAX_FRAME_BYTES);
        }
        return frame;
    }

    /** Not safe for use by several threads. */
    public static final class Builder {
        private final Instant time;
        private final List<Value> values = new ArrayList<>();
        private String status = "";

        private Builder(Instant time) {
            this.time = time;
        }

        public Builder status(String word) {
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

        /** @throws IllegalArgumentException for a bad name */
        public Builder text(String name, String text) {
            checkName(name);
            values.add(Value.newBuilder().setName(name).setText(text).build());
            return this;
        }

        public Reading build() {
            return new Reading(time, status, values);
        }
    }
}
