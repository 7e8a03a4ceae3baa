package org.perilune.embedded.mongo;

import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.wire.bson.BsonDecoder;
import de.bwaldvogel.mongo.wire.bson.BsonEncoder;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import org.h2.mvstore.WriteBuffer;
import org.h2.mvstore.type.BasicDataType;

/** Keeps documents as BSON: H2 would serialise Java objects, which takes thrice the room and ten times as long to read. */
final class MongoDocumentType extends BasicDataType<Document> {
    static final MongoDocumentType INSTANCE = new MongoDocumentType();

    private static final int OBJECT_BYTES = 64;
    private static final int FIELD_BYTES = 96;

    private MongoDocumentType() {}

    /** A guess: H2 counts its cache and what is not written yet by it. */
    @Override
    public int getMemory(Document document) {
        int bytes = OBJECT_BYTES;
        for (Object value : document.values()) {
            bytes += FIELD_BYTES + (value instanceof CharSequence text ? text.length() : 0);
            bytes += value instanceof Document inner ? getMemory(inner) : 0;
        }
        return bytes;
    }

    @Override
    public void write(WriteBuffer out, Document document) {
        ByteBuf bson = Unpooled.buffer();
        BsonEncoder.encodeDocument(document, bson);
        // Its length is in its first bytes.
        out.put(bson.nioBuffer());
    }

    @Override
    public Document read(ByteBuffer in) {
        ByteBuf bson = Unpooled.wrappedBuffer(in);
        Document document = BsonDecoder.decodeBson(bson);
        in.position(in.position() + bson.readerIndex());
        return document;
    }

    @Override
    public Document[] createStorage(int size) {
        return new Document[size];
    }
}
