package org.perilune.backup;

import com.mongodb.ClientSessionOptions;
import com.mongodb.MongoException;
import com.mongodb.client.ClientSession;
import com.mongodb.client.FindIterable;
import com.mongodb.client.MongoCollection;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.perilune.chassis.mongo.Mongo;
import org.perilune.chassis.mongo.MongoConfig;

/** A service's database in MongoDB: every document of every collection. Indexes are the service's to make. */
final class MongoCollections {
    private static final int BATCH = 500;

    /**
     * Numbers and fences that other documents bear: read after those, they are never lower than any that was read. It
     * counts where the server cannot show everything as of one instant.
     */
    private static final Set<String> LAST = Set.of("counter", "lease");

    private static final int NEEDED_FOR_SNAPSHOTS = 13; // wire version of MongoDB 5.0

    private final String service;
    private final MongoConfig config;

    MongoCollections(String service, MongoConfig config) {
        this.service = service;
        this.config = config;
    }

    private interface Work<T> {
        T with(Mongo mongo) throws IOException;
    }

    private <T> T with(String what, Work<T> work) throws IOException {
        try (Mongo mongo = Mongo.open(config)) {
            return work.with(mongo);
        } catch (MongoException failure) {
            throw new BackupException(
                    "The MongoDB database of " + service + " could not be " + what + ": " + failure.getMessage(),
                    failure);
        }
    }

    List<Manifest.Table> copyTo(Archive archive) throws IOException {
        return with("read", mongo -> {
            Optional<ClientSession> snapshot = snapshot(mongo);
            try {
                var copied = new ArrayList<Manifest.Table>();
                for (String name : names(mongo)) {
                    String path = "mongodb/" + service + "/" + name + ".bson.gz";
                    MongoCollection<BsonDocument> collection = mongo.database().getCollection(name, BsonDocument.class);
                    archive.write(path, out -> {
                        FindIterable<BsonDocument> all =
                                snapshot.map(collection::find).orElseGet(collection::find);
                        long documents = 0;
                        for (BsonDocument document : all.batchSize(BATCH)) {
                            Bson.write(document, out);
                            documents++;
                        }
                        return documents;
                    });
                    copied.add(new Manifest.Table(service, config.database(), name, List.of(), Optional.of(path)));
                }
                return copied;
            } finally {
                snapshot.ifPresent(ClientSession::close);
            }
        });
    }

    /** Everything as of one instant, where the server can. */
    private static Optional<ClientSession> snapshot(Mongo mongo) {
        BsonDocument server =
                mongo.database().runCommand(new BsonDocument("isMaster", new BsonInt32(1)), BsonDocument.class);
        boolean can = server.containsKey("setName")
                && server.getNumber("maxWireVersion", new BsonInt32(0)).intValue() >= NEEDED_FOR_SNAPSHOTS;
        return can
                ? Optional.of(mongo.session(
                        ClientSessionOptions.builder().snapshot(true).build()))
                : Optional.empty();
    }

    private static List<String> names(Mongo mongo) {
        var names = new ArrayList<String>();
        mongo.database().listCollectionNames().forEach(names::add);
        names.removeIf(name -> name.startsWith("system."));
        names.sort(Comparator.comparing((String name) -> LAST.contains(name)).thenComparing(name -> name));
        return names;
    }

    boolean isEmpty() throws IOException {
        return with("reached", mongo -> {
            for (String name : names(mongo)) {
                if (mongo.database().getCollection(name).find().first() != null) {
                    return false;
                }
            }
            return true;
        });
    }

    void empty() throws IOException {
        int _ = with("emptied", mongo -> {
            List<String> names = names(mongo);
            names.forEach(name -> mongo.database().getCollection(name).drop());
            return names.size();
        });
    }

    void restore(String name, InputStream in) throws IOException {
        long _ = with("filled", mongo -> {
            MongoCollection<BsonDocument> collection = mongo.database().getCollection(name, BsonDocument.class);
            var batch = new ArrayList<BsonDocument>();
            long documents = 0;
            for (BsonDocument document = Bson.read(in); document != null; document = Bson.read(in)) {
                batch.add(document);
                documents++;
                if (batch.size() == BATCH) {
                    collection.insertMany(batch);
                    batch.clear();
                }
            }
            if (!batch.isEmpty()) {
                collection.insertMany(batch);
            }
            return documents;
        });
    }
}
