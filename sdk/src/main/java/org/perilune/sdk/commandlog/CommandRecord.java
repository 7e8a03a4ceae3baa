package org.perilune.sdk.commandlog;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.perilune.contracts.v1.Ack;
import org.perilune.contracts.v1.Command;
import org.perilune.contracts.v1.Stage;
import org.perilune.sdk.file.Checksum;
import org.perilune.sdk.wire.Acks;
import org.perilune.sdk.wire.Micros;

/**
 * One thing that the command log says.
 *
 * <pre>
 * length int, CRC-32C of the rest int, kind byte, micros long, body
 * </pre>
 *
 * @param micros when it was received or begun; until when an end is kept
 * @param body a Command, an Ack, or an id
 */
record CommandRecord(Kind kind, long micros, ByteString body) {
    static final int OVERHEAD_BYTES = 17;
    private static final int FRAME_BYTES = 8;
    private static final List<Kind> KINDS = List.of(Kind.values());

    enum Kind {
        RECEIVED(1),
        BEGUN(2),
        ENDED(3),
        ACKNOWLEDGED(4);

        private final byte number;

        Kind(int number) {
            this.number = (byte) number;
        }
    }

    static CommandRecord received(Command message, long micros) {
        return new CommandRecord(Kind.RECEIVED, micros, message.toByteString());
    }

    static CommandRecord begun(String id, long micros) {
        return new CommandRecord(Kind.BEGUN, micros, ByteString.copyFromUtf8(id));
    }

    static CommandRecord ended(Ack ack, long keepUntilMicros) {
        return new CommandRecord(Kind.ENDED, keepUntilMicros, ack.toByteString());
    }

    static CommandRecord acknowledged(String id) {
        return new CommandRecord(Kind.ACKNOWLEDGED, 0, ByteString.copyFromUtf8(id));
    }

    int bytes() {
        return OVERHEAD_BYTES + body.size();
    }

    /** Puts it into the buffer, which has room for it. */
    void encode(ByteBuffer into) {
        int start = into.position();
        into.putInt(bytes() - FRAME_BYTES).putInt(0).put(kind.number).putLong(micros);
        body.copyTo(into);
        into.putInt(start + Integer.BYTES, Checksum.of(into, start + FRAME_BYTES, bytes() - FRAME_BYTES));
    }

    /** The next record, or null if none is whole; then the buffer is where it was. */
    static @Nullable CommandRecord decode(ByteBuffer from) throws InvalidProtocolBufferException {
        int start = from.position();
        int length = wholeAt(from, start);
        if (length < 0) {
            return null;
        }
        int kind = from.get(start + FRAME_BYTES);
        if (kind < 1 || kind > KINDS.size()) {
            throw new InvalidProtocolBufferException("A record of a later version: kind " + kind);
        }
        long micros = from.getLong(start + FRAME_BYTES + 1);
        var body = ByteString.copyFrom(from.slice(start + OVERHEAD_BYTES, length + FRAME_BYTES - OVERHEAD_BYTES));
        from.position(start + FRAME_BYTES + length);
        return new CommandRecord(KINDS.get(kind - 1), micros, body);
    }

    /** The length behind the frame of the record there; negative if none is whole. */
    private static int wholeAt(ByteBuffer from, int start) {
        int room = from.limit() - start - FRAME_BYTES;
        if (room < OVERHEAD_BYTES - FRAME_BYTES) {
            return -1;
        }
        int length = from.getInt(start);
        boolean whole = length >= OVERHEAD_BYTES - FRAME_BYTES
                && length <= room
                && from.getInt(start + Integer.BYTES) == Checksum.of(from, start + FRAME_BYTES, length);
        return whole ? length : -1;
    }

    /**
     * Whether records follow on what cannot be read here. Zeros are no damage: a power loss leaves them where a block was
     * not written yet, and nothing behind them was forced, so nobody relies on it.
     */
    static boolean wholeAfter(ByteBuffer from) {
        int start = from.position();
        if (from.remaining() < FRAME_BYTES || from.getLong(start) == 0) {
            return false;
        }
        for (int at = start + 1; at <= from.limit() - OVERHEAD_BYTES; at++) {
            if (wholeAt(from, at) >= 0) {
                return true;
            }
        }
        return false;
    }

    /** The command it is about. */
    String id() throws InvalidProtocolBufferException {
        return switch (kind) {
            case RECEIVED -> Command.parseFrom(body).getId();
            case ENDED -> Ack.parseFrom(body).getId();
            case BEGUN, ACKNOWLEDGED -> body.toStringUtf8();
        };
    }

    /** What is known of the command behind this record; null if it adds nothing to nothing. */
    @Nullable
    CommandEntry applyTo(@Nullable CommandEntry before) throws InvalidProtocolBufferException {
        return switch (kind) {
            case RECEIVED -> {
                if (before != null) {
                    yield before;
                }
                var message = Command.parseFrom(body);
                var ack = Acks.ack(message.getId(), Stage.STAGE_RECEIVED, "", Micros.toInstant(micros));
                yield new CommandEntry(message, micros, ack, 0, false);
            }
            case BEGUN ->
                before == null || before.ended()
                        ? before
                        : new CommandEntry(
                                before.message(),
                                before.receivedMicros(),
                                Acks.ack(body.toStringUtf8(), Stage.STAGE_EXECUTING, "", Micros.toInstant(micros)),
                                0,
                                false);
            case ENDED ->
                before != null && before.ended()
                        ? before
                        : new CommandEntry(null, 0, Ack.parseFrom(body), micros, false);
            case ACKNOWLEDGED ->
                before == null || !before.ended()
                        ? before
                        : new CommandEntry(null, 0, before.ack(), before.keepUntilMicros(), true);
        };
    }
}
