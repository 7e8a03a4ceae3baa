package org.perilune.sdk.journal;

import java.nio.ByteBuffer;
import org.perilune.sdk.file.Checksum;

/**
 * The bytes of a segment.
 *
 * <pre>
 * header: magic int, epoch long, first seq long, bookmark before the first record long, CRC-32C of these int
 * record: length int, CRC-32C of the rest int, bookmark long, frame (a protobuf Frame)
 * </pre>
 */
final class SegmentFormat {
    static final int HEADER_BYTES = 32;
    /** Length and checksum, which the length does not count. */
    static final int PREFIX_BYTES = 8;

    static final int RECORD_OVERHEAD_BYTES = PREFIX_BYTES + Long.BYTES;
    private static final int MAGIC = 0x504C4A31; // PLJ1

    private SegmentFormat() {}

    /** Ready to be written. */
    static ByteBuffer header(long epoch, long firstSeq, long bookmark) {
        var header = ByteBuffer.allocate(HEADER_BYTES);
        header.putInt(MAGIC).putLong(epoch).putLong(firstSeq).putLong(bookmark);
        header.putInt(Checksum.of(header, 0, HEADER_BYTES - Integer.BYTES));
        return header.flip();
    }

    static boolean hasHeader(ByteBuffer file) {
        return file.limit() >= HEADER_BYTES
                && file.getInt(0) == MAGIC
                && file.getInt(HEADER_BYTES - Integer.BYTES) == Checksum.of(file, 0, HEADER_BYTES - Integer.BYTES);
    }

    static long epoch(ByteBuffer file) {
        return file.getLong(4);
    }

    static long firstSeq(ByteBuffer file) {
        return file.getLong(12);
    }

    /** That of the frame before the first one here. */
    static long firstBookmark(ByteBuffer file) {
        return file.getLong(20);
    }

    static long bookmarkAt(ByteBuffer file, int record) {
        return file.getLong(record + PREFIX_BYTES);
    }

    /** The length behind the prefix of the record there; negative if none is whole. */
    static int wholeRecordAt(ByteBuffer buffer, int at) {
        if (buffer.limit() - at < RECORD_OVERHEAD_BYTES) {
            return -1;
        }
        int length = buffer.getInt(at);
        if (length < Long.BYTES || length > buffer.limit() - at - PREFIX_BYTES) {
            return -1;
        }
        return buffer.getInt(at + 4) == Checksum.of(buffer, at + PREFIX_BYTES, length) ? length : -1;
    }

    /** Puts one record into the buffer, which has room for it. */
    static void encode(ByteBuffer into, long bookmark, byte[] seqField, byte[] frameBody) {
        int start = into.position();
        int length = Long.BYTES + seqField.length + frameBody.length;
        into.putInt(length).putInt(0).putLong(bookmark).put(seqField).put(frameBody);
        into.putInt(start + 4, Checksum.of(into, start + PREFIX_BYTES, length));
    }
}
