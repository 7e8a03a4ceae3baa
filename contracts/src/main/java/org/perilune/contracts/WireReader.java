package org.perilune.contracts;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Reads Protocol Buffers' wire format from a byte array, without making objects:
 * https://protobuf.dev/programming-guides/encoding/. Each read says where what it is in ends. Not safe for threads.
 */
final class WireReader {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private byte[] bytes = new byte[0];
    private int position;

    /** From the beginning of these bytes on. */
    void open(byte[] message) {
        bytes = message;
        position = 0;
    }

    byte[] bytes() {
        return bytes;
    }

    /** Where the next read begins. */
    int position() {
        return position;
    }

    void moveTo(int place) {
        position = place;
    }

    /** Field number and wire type. */
    int tag(int end) throws MalformedTelemetry {
        long tag = varint(end);
        if (tag >>> 32 != 0 || tag >>> 3 == 0) {
            throw new MalformedTelemetry("A tag is not one of Protocol Buffers");
        }
        return (int) tag;
    }

    /** The end of the length-delimited field that begins here. */
    int block(int end) throws MalformedTelemetry {
        long size = varint(end);
        if (size < 0 || size > end - position) {
            throw new MalformedTelemetry("A field is longer than what it is in");
        }
        return position + (int) size;
    }

    void skip(int tag, int end) throws MalformedTelemetry {
        switch (tag & 7) {
            case 0 -> varint(end);
            case 1 -> fixed64(end);
            case 2 -> position = block(end);
            case 5 -> {
                need(4, end);
                position += 4;
            }
            default -> throw new MalformedTelemetry("A field has no wire type of proto3");
        }
    }

    long fixed64(int end) throws MalformedTelemetry {
        need(8, end);
        long value = (long) LONGS.get(bytes, position);
        position += 8;
        return value;
    }

    long varint(int end) throws MalformedTelemetry {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            need(1, end);
            byte next = bytes[position++];
            value |= (long) (next & 0x7f) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw new MalformedTelemetry("A number is longer than 10 bytes");
    }

    /** Whether the bytes are UTF-8 without a zero character. */
    boolean isText(int begin, int end) {
        int plain = begin;
        while (plain < end && bytes[plain] > 0) {
            plain++;
        }
        return plain == end || isUtf8(plain, end);
    }

    private boolean isUtf8(int begin, int end) {
        for (int index = begin; index < end; index++) {
            if (bytes[index] == 0) {
                return false;
            }
        }
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, begin, end - begin));
            return true;
        } catch (CharacterCodingException failure) {
            return false;
        }
    }

    private void need(int size, int end) throws MalformedTelemetry {
        if (end - position < size) {
            throw new MalformedTelemetry("The message ends in the middle of a field");
        }
    }
}
