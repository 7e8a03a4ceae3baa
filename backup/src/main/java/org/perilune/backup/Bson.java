package org.perilune.backup;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.bson.BsonBinaryReader;
import org.bson.BsonBinaryWriter;
import org.bson.BsonDocument;
import org.bson.codecs.BsonDocumentCodec;
import org.bson.codecs.DecoderContext;
import org.bson.codecs.EncoderContext;
import org.bson.io.BasicOutputBuffer;
import org.jspecify.annotations.Nullable;

/** Documents one after the other, as {@code mongodump} writes them: each begins with its length. */
final class Bson {
    private static final int LENGTH_BYTES = 4;
    /** No server of MongoDB's takes more than 16 MB. */
    private static final int LONGEST = 64 << 20;

    private static final BsonDocumentCodec CODEC = new BsonDocumentCodec();

    private Bson() {}

    static void write(BsonDocument document, OutputStream out) throws IOException {
        var buffer = new BasicOutputBuffer();
        try (var writer = new BsonBinaryWriter(buffer)) {
            CODEC.encode(writer, document, EncoderContext.builder().build());
        }
        out.write(buffer.getInternalBuffer(), 0, buffer.getPosition());
    }

    /** Null at the end. */
    static @Nullable BsonDocument read(InputStream in) throws IOException {
        byte[] head = in.readNBytes(LENGTH_BYTES);
        if (head.length == 0) {
            return null;
        }
        int length = head.length < LENGTH_BYTES
                ? -1
                : ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN).getInt();
        if (length < LENGTH_BYTES || length > LONGEST) {
            throw new EOFException("A document has no sound length");
        }
        var bytes = new byte[length];
        System.arraycopy(head, 0, bytes, 0, LENGTH_BYTES);
        if (in.readNBytes(bytes, LENGTH_BYTES, length - LENGTH_BYTES) < length - LENGTH_BYTES) {
            throw new EOFException("A document is cut off");
        }
        try (var reader = new BsonBinaryReader(ByteBuffer.wrap(bytes))) {
            return CODEC.decode(reader, DecoderContext.builder().build());
        }
    }
}
