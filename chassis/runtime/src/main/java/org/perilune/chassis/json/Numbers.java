package org.perilune.chassis.json;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;

/** How numbers are written, the same in every interface. */
public final class Numbers {
    private static final double BEYOND_LONG = 0x1p63;

    private Numbers() {}

    /**
     * A whole number without fraction and exponent as far as 64 bits go, others as short as they can be told apart; -0
     * is 0.
     */
    public static String text(double number) {
        return isWhole(number) ? Long.toString((long) number) : Double.toString(number);
    }

    /** As {@link #write}, into a tree. */
    public static void put(ObjectNode json, String name, double number) {
        if (!Double.isFinite(number)) {
            json.putNull(name);
        } else if (isWhole(number)) {
            json.put(name, (long) number);
        } else {
            json.put(name, number);
        }
    }

    private static boolean isWhole(double number) {
        return number == Math.rint(number) && Math.abs(number) < BEYOND_LONG;
    }

    /** {@code null} for what JSON has no number for. */
    public static void write(JsonGenerator json, double number) throws IOException {
        if (Double.isFinite(number)) {
            json.writeNumber(text(number));
        } else {
            json.writeNull();
        }
    }
}
