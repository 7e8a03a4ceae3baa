package org.perilune.contracts;

import static org.perilune.contracts.TelemetryLimits.EARLIEST_MICROS;
import static org.perilune.contracts.TelemetryLimits.LATEST_MICROS;
import static org.perilune.contracts.TelemetryLimits.MOST_FRAMES;
import static org.perilune.contracts.TelemetryLimits.MOST_VALUES;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Finds the frames within the bytes of a {@code Telemetry} message, and their faults, without making objects of them:
 * what is stored are the very bytes that the device sent, and at full load nothing else would do. Reusable; the answers
 * are of the last {@link #scan}. Not safe for threads.
 */
public final class TelemetryScanner {
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
    private final FrameFaults faults = new FrameFaults(in);
    private long epoch;
    private int count;
    private int[] from = new int[16];
    private int[] length = new int[16];
    private long[] seq = new long[16];
    private long[] time = new long[16];

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
        return faults.fault(index);
    }

    /** Why a value of the frame is left out, its others taken; null if none is. */
    public @Nullable String leftOut(int index) {
        return faults.leftOut(index);
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
        faults.begin(index);
        int values = 0;
        while (in.position() < end) {
            int tag = in.tag(end);
            switch (tag) {
                case SEQ -> seq[index] = in.varint(end);
                case TIME -> time[index] = in.fixed64(end);
                case STATUS -> status(index, in.block(end));
                case VALUES -> {
                    values++;
                    value(index, in.block(end));
                }
                default -> in.skip(tag, end);
            }
        }
        count++;
        if (values > MOST_VALUES) {
            faults.blame(index, "There are more than " + MOST_VALUES + " values in the frame");
        }
    }

    private void judge(int index) {
        if (seq[index] < 0) {
            faults.blame(index, "The seq is beyond 2^63 - 1");
        }
        if (epoch > 0 && seq[index] == 0) {
            faults.blame(index, "The frame has an epoch but no seq");
        }
        if (time[index] < EARLIEST_MICROS || time[index] > LATEST_MICROS) {
            faults.blame(index, "The time is outside the years 1 to 9999");
        }
        if ((epoch == 0 || seq[index] == 0) && time[index] < 0) {
            faults.blame(index, "The time is before 1970 and the device keeps no journal");
        }
    }

    private void value(int index, int end) throws MalformedTelemetry {
        int nameFrom = 0;
        int nameEnd = 0;
        boolean finite = true;
        String textFault = null;
        while (in.position() < end) {
            int tag = in.tag(end);
            if (tag == NAME) {
                nameEnd = in.block(end);
                nameFrom = in.position();
                if (!in.isText(nameFrom, nameEnd)) {
                    faults.blameName(index, nameFrom, nameEnd);
                }
                in.moveTo(nameEnd);
            } else if (tag == NUMBER) {
                // NaN and the infinities have all bits of the exponent set.
                finite = (in.fixed64(end) & 0x7ff0_0000_0000_0000L) != 0x7ff0_0000_0000_0000L;
            } else if (tag == TEXT) {
                int textEnd = in.block(end);
                textFault = textFault == null ? faults.ofText(in.position(), textEnd) : textFault;
                in.moveTo(textEnd);
            } else {
                in.skip(tag, end);
            }
        }
        faults.judgeName(index, nameFrom, nameEnd);
        if (!finite) {
            faults.blameNumber(index, nameFrom, nameEnd);
        }
        if (textFault != null) {
            faults.blameText(index, nameFrom, nameEnd, textFault);
        }
    }

    private void status(int index, int end) {
        String fault = faults.ofText(in.position(), end);
        if (fault != null) {
            faults.blame(index, "The status" + fault);
        }
        in.moveTo(end);
    }

    private void grow() {
        int size = from.length * 2;
        from = Arrays.copyOf(from, size);
        length = Arrays.copyOf(length, size);
        seq = Arrays.copyOf(seq, size);
        time = Arrays.copyOf(time, size);
    }
}
