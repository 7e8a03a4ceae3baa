package org.perilune.contracts;

import static org.perilune.contracts.TelemetryLimits.LONGEST_NAME;
import static org.perilune.contracts.TelemetryLimits.LONGEST_TEXT_BYTES;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What is wrong with the frames of the message that a reader has, in sentences for people. Makes no objects while nothing
 * is. Reusable; not safe for threads.
 */
final class FrameFaults {
    private static final String NAMELESS_SHOWN = "without a name";
    private static final String NO_TEXT = " is not UTF-8 or has a zero character";

    private final WireReader in;
    private @Nullable String[] fault = new @Nullable String[16];
    private @Nullable String[] leftOut = new @Nullable String[16];

    FrameFaults(WireReader in) {
        this.in = in;
    }

    /** Forgets what a frame of an earlier message had there. */
    void begin(int index) {
        if (index == fault.length) {
            fault = Arrays.copyOf(fault, 2 * index);
            leftOut = Arrays.copyOf(leftOut, 2 * index);
        }
        fault[index] = null;
        leftOut[index] = null;
    }

    @Nullable
    String fault(int index) {
        return fault[index];
    }

    @Nullable
    String leftOut(int index) {
        return leftOut[index];
    }

    /** The first fault of a frame is the one that is told. */
    void blame(int index, String reason) {
        if (fault[index] == null) {
            fault[index] = reason;
        }
    }

    /** Such a name could not be decoded later on, and so not be left out. */
    void blameName(int index, int begin, int end) {
        blame(index, "The name of a value, " + shown(begin, end) + NO_TEXT);
    }

    void blameNumber(int index, int nameBegin, int nameEnd) {
        blame(index, "The value " + shown(nameBegin, nameEnd) + " is NaN or infinite; leave it out instead");
    }

    void blameText(int index, int nameBegin, int nameEnd, String textFault) {
        blame(index, "The text of the value " + shown(nameBegin, nameEnd) + textFault);
    }

    /** A value with a name that cannot be taken is left out, which is no fault of the frame. */
    void judgeName(int index, int begin, int end) {
        byte[] bytes = in.bytes();
        boolean sound = begin < end && end - begin <= LONGEST_NAME;
        for (int at = begin; sound && at < end; at++) {
            sound = TelemetryLimits.isPlain(bytes[at]);
        }
        if (!sound && leftOut[index] == null && !TelemetryLimits.isName(text(begin, end))) {
            leftOut[index] = "The value " + shown(begin, end) + " is left out, the frame's others are kept: a name is "
                    + TelemetryLimits.NAME_RULE;
        }
    }

    private String text(int begin, int end) {
        return new String(in.bytes(), begin, end - begin, StandardCharsets.UTF_8);
    }

    private String shown(int begin, int end) {
        return begin == end
                ? NAMELESS_SHOWN
                : TelemetryLimits.shown(text(begin, Math.min(end, begin + LONGEST_TEXT_BYTES)));
    }

    /** The end of a sentence; null if the text can be taken. */
    @Nullable
    String ofText(int begin, int end) {
        if (end - begin > LONGEST_TEXT_BYTES) {
            return " is longer than " + LONGEST_TEXT_BYTES + " bytes";
        }
        return in.isText(begin, end) ? null : NO_TEXT;
    }
}
