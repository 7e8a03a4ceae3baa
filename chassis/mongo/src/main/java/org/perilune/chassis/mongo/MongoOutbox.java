package org.perilune.chassis.mongo;

import java.util.Map;
import org.bson.BsonArray;
import org.bson.BsonBinary;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.perilune.chassis.messaging.AmqpPublisher;
import org.perilune.chassis.messaging.CloudEvent;
import org.perilune.chassis.messaging.Outbox;
import org.perilune.contracts.Exchanges;

/**
 * What is to be published, in the document whose change it tells of: one document is one atomic write. {@link
 * MongoOutboxRelay} takes it out again.
 */
public final class MongoOutbox {
    /** The field of every document that may hold some: an array of entries. */
    public static final String FIELD = "outbox";

    private static final String ID = "id";
    private static final String TYPE = "type";
    private static final String MESSAGE_ID = "message_id";
    private static final String BODY = "body";

    private MongoOutbox() {}

    /** One entry of {@link #FIELD}: to be in a new document, or pushed by the update that is told of. */
    public static BsonDocument entry(CloudEvent event) {
        return new BsonDocument(ID, new BsonString(event.id()))
                .append(TYPE, new BsonString(event.type()))
                .append(MESSAGE_ID, new BsonString(Outbox.messageId(event)))
                .append(BODY, new BsonBinary(event.bytes()));
    }

    /** Whether a document that was read has something to be published, as far as the field was read. */
    public static boolean isPending(BsonDocument document) {
        return !entries(document).isEmpty();
    }

    static BsonArray entries(BsonDocument document) {
        return document.getArray(FIELD, new BsonArray());
    }

    static BsonValue id(BsonValue entry) {
        return entry.asDocument().getString(ID);
    }

    static AmqpPublisher.Message message(BsonValue entry) {
        BsonDocument document = entry.asDocument();
        return new AmqpPublisher.Message(
                Exchanges.EVENTS,
                document.getString(TYPE).getValue(),
                document.getString(MESSAGE_ID).getValue(),
                Map.of(),
                document.getBinary(BODY).getData());
    }

    /** Takes entries out of whichever document they are in. */
    static BsonDocument without(BsonArray ids) {
        var these = new BsonDocument(ID, new BsonDocument("$in", ids));
        return new BsonDocument("$pull", new BsonDocument(FIELD, these));
    }
}
