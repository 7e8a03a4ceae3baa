package org.perilune.bench.load;

import com.google.protobuf.CodedOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.perilune.contracts.v1.Frame;
import org.perilune.contracts.v1.Value;

/**
 * A realistic frame of eight values, encoded once; sending one costs a copy of 180 bytes. Everything but seq, time and
 * one value stays as it is. Not safe for threads.
 */
public final class FrameTemplate {
    private static final String[] NAMES = {
        "altitude", "latitude", "longitude", "speed", "cabin_temperature", "battery", "pitch", "roll"
    };
    /** As many values follow one another before one comes again; the console shows each in its own text. */
    public static final int DISTINCT = 1_000;

    private static final int TIME_AT = 1;
    private static final int TIME_BYTES = 9;

    /** A frame without its seq; it begins with the time: a tag and eight bytes. */
    private final ByteBuffer body;

    private final int altitudeAt;

    public FrameTemplate() {
        var frame = Frame.newBuilder().setTimeMicros(1).setStatus("nominal");
        for (String name : NAMES) {
            frame.addValues(Value.newBuilder().setName(name).setNumber(1 + name.length() / 7.0));
        }
        byte[] encoded = frame.build().toByteArray();
        body = ByteBuffer.wrap(encoded).order(ByteOrder.LITTLE_ENDIAN);
        int statusBytes = 2 + "nominal".length();
        altitudeAt = TIME_BYTES + statusBytes + 2 + 2 + NAMES[0].length() + 1;
    }

    /** Bytes of a whole {@code Frame}. */
    int size(long seq) {
        return 1 + CodedOutputStream.computeUInt64SizeNoTag(seq) + body.capacity();
    }

    /** Bytes of {@code frames = 2} in a Telemetry message. */
    int fieldSize(long seq) {
        int size = size(seq);
        return 1 + CodedOutputStream.computeUInt32SizeNoTag(size) + size;
    }

    void putField(ByteBuffer target, long seq, long timeMicros) {
        target.put((byte) 0x12);
        putVarint(target, size(seq));
        putFrame(target, seq, timeMicros);
    }

    void putFrame(ByteBuffer target, long seq, long timeMicros) {
        target.put((byte) 0x08);
        putVarint(target, seq);
        body.putLong(TIME_AT, timeMicros);
        body.putDouble(altitudeAt, 110 + seq % DISTINCT / 10.0);
        target.put(body.array());
    }

    public byte[] frame(long seq, long timeMicros) {
        var bytes = ByteBuffer.allocate(size(seq));
        putFrame(bytes, seq, timeMicros);
        return bytes.array();
    }

    static void putVarint(ByteBuffer target, long value) {
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            target.put((byte) (rest | 0x80));
            rest >>>= 7;
        }
        target.put((byte) rest);
    }

    /** Checks the template against the real decoder: a slip here would measure nonsense. */
    void check() {
        try {
            Frame read = Frame.parseFrom(frame(300, 12_345));
            if (read.getSeq() != 300
                    || read.getTimeMicros() != 12_345
                    || read.getValuesCount() != NAMES.length
                    || read.getValues(0).getNumber() != 140) {
                throw new IllegalStateException("The frame template is wrong: " + read);
            }
        } catch (IOException malformed) {
            throw new UncheckedIOException(malformed);
        }
    }
}
