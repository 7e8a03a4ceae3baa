package org.perilune.chassis.mongo;

import com.mongodb.MongoCommandException;
import com.mongodb.client.MongoDatabase;
import java.time.Instant;
import java.util.function.Supplier;
import org.bson.BsonDocument;
import org.bson.BsonInt32;

/** The time of a MongoDB server; fails by an exception where it is away. Safe for threads. */
public final class MongoTime implements Supplier<Instant> {
    private static final int COMMAND_NOT_FOUND = 59;

    private final MongoDatabase mongo;
    private volatile String greeting = "hello";

    public MongoTime(MongoDatabase mongo) {
        this.mongo = mongo;
    }

    @Override
    public Instant get() {
        try {
            return Instant.ofEpochMilli(ask().getDateTime("localTime").getValue());
        } catch (MongoCommandException failure) {
            if (failure.getErrorCode() == COMMAND_NOT_FOUND) {
                greeting = "isMaster"; // before MongoDB 4.4.2, and on the embedded server
            }
            throw failure;
        }
    }

    private BsonDocument ask() {
        return mongo.runCommand(new BsonDocument(greeting, new BsonInt32(1)), BsonDocument.class);
    }
}
