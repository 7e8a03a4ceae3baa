package org.perilune.sdk.journal;

import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.perilune.contracts.v1.Frame;

/** Frames as a segment of the journal has them: each body behind its seq. */
final class FrameRecords {
    private static final int LONGEST_SEQ_FIELD = 11;

    private FrameRecords() {}

    /** @param bookmarks one for each body */
    static ByteBuffer encode(List<byte[]> frameBodies, long[] bookmarks, long firstSeq) {
        int size = 0;
        for (byte[] body : frameBodies) {
            size += SegmentFormat.RECORD_OVERHEAD_BYTES
                    + CodedOutputStream.computeUInt64Size(Frame.SEQ_FIELD_NUMBER, Long.MAX_VALUE)
                    + body.length;
        }
        var records = ByteBuffer.allocate(size);
        for (int i = 0; i < frameBodies.size(); i++) {
            SegmentFormat.encode(records, bookmarks[i], seqField(firstSeq + i), frameBodies.get(i));
        }
        return records.flip();
    }

    private static byte[] seqField(long seq) {
        var bytes = new ByteArrayOutputStream(LONGEST_SEQ_FIELD);
        try {
            var coded = CodedOutputStream.newInstance(bytes);
            coded.writeUInt64(Frame.SEQ_FIELD_NUMBER, seq);
            coded.flush();
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return bytes.toByteArray();
    }
}
