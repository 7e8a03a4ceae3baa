package org.perilune.contracts;

import static org.perilune.contracts.TelemetryLimits.EARLIEST_MICROS;
import static org.perilune.contracts.TelemetryLimits.LATEST_MICROS;
import static org.perilune.contracts.TelemetryLimits.LONGEST_NAME;
import static org.perilune.contracts.TelemetryLimits.LONGEST_TEXT_BYTES;
import static org.perilune.contracts.TelemetryLimits.MOST_FRAMES;
import static org.perilune.contracts.TelemetryLimits.MOST_VALUES;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Finds the frames within the bytes of a {@code Telemetry} message, and their faults, without making objects of them:
 * what is stored are the very bytes that the device sent, and at full load nothing else would do. Reusable; the answers
 * are of the last {@link #scan}. Not safe for threads.
 */
public final class TelemetryScanner {
    private static final boolean[] NAME_CHARACTERS = nameCharacters();

    // Tags are field number << 3 | wire type: https://protobuf.dev/programming-guides/encoding/
    private static final int EPOCH = (1 << 3) | 1;
    private static final int FRAMES = (2 << 3) | 2;
    private static final int SEQ = 1 << 3;
    private static final int TIME = (2 << 3) | 1;
    private static final int STATUS = (3 << 3) | 2;
    private static final int VALUES = (4 << 3) | 2;
    private static final int NAME = (1 << 3) | 2;
    private static final int NUMBER = (2 << 3) | 1;
    private static final int TEXT = (3 << 3) | 2;

    private final WireReader in = new WireReader();
    private long epoch;
    private int count;
    private int[] from = new int[16];
    private int[] length = new int[16];
    private long[] seq = new long[16];
    private long[] time = new long[16];
    private @Nullable String[] fault = new @Nullable String[16];

    /**
     * @param payload kept until the next scan, never changed
     * @throws MalformedTelemetry if the message as a whole cannot be taken
     */
    public void scan(byte[] payload) throws MalformedTelemetry {
        in.open(payload);
        epoch = 0;
        count = 0;
        int end = payload.length;
        while (in.position() < end) {
            int tag = in.tag(end);
            if (tag == EPOCH) {
                epoch = in.fixed64(end);
            } else if (tag == FRAMES) {
                frame(in.block(end));
            } else {
                in.skip(tag, end);
            }
        }
        if (count == 0) {
            throw new MalformedTelemetry("There is no frame in the message");
        }
        if (epoch < 0) {
            throw new MalformedTelemetry("The epoch is negative");
        }
        for (int index = 0; index < count; index++) {
            judge(index);
        }
    }

    /**
     * The epoch of a message alone, without looking into frames.
     *
     * @throws MalformedTelemetry if the bytes are no message at all
     */
    public long scanEpoch(byte[] payload) throws MalformedTelemetry {
        in.open(payload);
        epoch = 0;
        count = 0;
        while (in.position() < payload.length) {
            int tag = in.tag(payload.length);
            if (tag == EPOCH) {
                epoch = in.fixed64(payload.length);
            } else {
                in.skip(tag, payload.length);
            }
        }
        return epoch;
    }

    /** 0: the device keeps no journal. */
    public long epoch() {
        return epoch;
    }

    /** At least 1. */
    public int count() {
        return count;
    }

    /** Where the frame's bytes begin in the payload. */
    public int from(int index) {
        return from[index];
    }

    public int length(int index) {
        return length[index];
    }

    /** As sent; beyond {@link Long#MAX_VALUE} it is negative, and the frame has a {@link #fault}. */
    public long seq(int index) {
        return seq[index];
    }

    /** The device's clock, microseconds since 1970; 0 where it has none. */
    public long timeMicros(int index) {
        return time[index];
    }

    /** Why this one frame cannot be stored; null if it can. */
    public @Nullable String fault(int index) {
        return fault[index];
    }

    private void frame(int end) throws MalformedTelemetry {
        int index = count;
        if (index == MOST_FRAMES) {
            throw new MalformedTelemetry("There are more than " + MOST_FRAMES + " frames in the message");
        }
        if (index == from.length) {
            grow();
        }
        from[index] = in.position();
        length[index] = end - in.position();
        seq[index] = 0;
        time[index] = 0;
        fault[index] = null;
        int values = 0;
        while (in.position() < end) {
            int tag = in.tag(end);
            switch (tag) {
                case SEQ -> seq[index] = in.varint(end);
                case TIME -> time[index] = in.fixed64(end);
                case STATUS -> text(index, in.block(end), "status");
                case VALUES -> {
                    values++;
                    value(index, in.block(end));
                }
                default -> in.skip(tag, end);
            }
        }
        count++;
        if (values > MOST_VALUES) {
            blame(index, "There are more than " + MOST_VALUES + " values in the frame");
        }
    }

    private void judge(int index) {
        if (seq[index] < 0) {
            blame(index, "The seq is beyond 2^63 - 1");
        }
        if (epoch > 0 && seq[index] == 0) {
            blame(index, "The frame has an epoch but no seq");
        }
        if (time[index] < EARLIEST_MICROS || time[index] > LATEST_MICROS) {
            blame(index, "The time is outside the years 1 to 9999");
        }
        if ((epoch == 0 || seq[index] == 0) && time[index] < 0) {
            blame(index, "The time is before 1970 and the device keeps no journal");
        }
    }

    private void value(int index, int end) throws MalformedTelemetry {
        boolean named = false;
        while (in.position() < end) {
            int tag = in.tag(end);
            if (tag == NAME) {
                named = true;
                name(index, in.block(end));
            } else if (tag == NUMBER) {
                // NaN and the infinities have all bits of the exponent set.
                if ((in.fixed64(end) & 0x7ff0_0000_0000_0000L) == 0x7ff0_0000_0000_0000L) {
                    blame(index, "A number is not finite");
                }
            } else if (tag == TEXT) {
                text(index, in.block(end), "text");
            } else {
                in.skip(tag, end);
            }
        }
        if (!named) {
            blame(index, "A value has no name");
        }
    }

    private void name(int index, int end) {
        byte[] bytes = in.bytes();
        int begin = in.position();
        boolean sound = begin < end && end - begin <= LONGEST_NAME;
        for (int at = begin; sound && at < end; at++) {
            sound = bytes[at] >= 0 && NAME_CHARACTERS[bytes[at]];
        }
        if (!sound) {
            blame(index, "A name is not 1 to " + LONGEST_NAME + " letters, digits, '_', '-' or '.'");
        }
        in.moveTo(end);
    }

    private void text(int index, int end, String what) {
        byte[] bytes = in.bytes();
        if (end - in.position() > LONGEST_TEXT_BYTES) {
            blame(index, "A " + what + " is longer than " + LONGEST_TEXT_BYTES + " bytes");
        }
        int plain = in.position();
        while (plain < end && bytes[plain] > 0) {
            plain++;
        }
        if (plain < end && !isUtf8(bytes, plain, end)) {
            blame(index, "A " + what + " is not UTF-8 or has a zero character");
        }
        in.moveTo(end);
    }

    private static boolean isUtf8(byte[] bytes, int at, int end) {
        for (int index = at; index < end; index++) {
            if (bytes[index] == 0) {
                return false;
            }
        }
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, at, end - at));
            return true;
        } catch (CharacterCodingException failure) {
            return false;
        }
    }

    private void blame(int index, String reason) {
        if (fault[index] == null) {
            fault[index] = reason;
        }
    }

    private void grow() {
        int size = from.length * 2;
        from = Arrays.copyOf(from, size);
        length = Arrays.copyOf(length, size);
        seq = Arrays.copyOf(seq, size);
        time = Arrays.copyOf(time, size);
        fault = Arrays.copyOf(fault, size);
    }

    private static boolean[] nameCharacters() {
        var sound = new boolean[128];
        for (char letter = 0; letter < 128; letter++) {
            sound[letter] = Character.isLetterOrDigit(letter) || letter == '_' || letter == '-' || letter == '.';
        }
        return sound;
    }
}
