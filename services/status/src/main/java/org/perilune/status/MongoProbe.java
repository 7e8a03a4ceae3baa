package org.perilune.status;

import java.util.Optional;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.mongo.Mongo;
import org.perilune.chassis.mongo.MongoConfig;

/** Pings MongoDB with status's own log-in. */
final class MongoProbe implements Probe {
    private final Mongo mongo;
    private @Nullable String version;

    MongoProbe(MongoConfig config) {
        this.mongo = Mongo.open(config);
    }

    @Override
    public Finding look() {
        Optional<String> problem = mongo.problem();
        if (problem.isPresent()) {
            // It may come back as another.
            version = null;
            return Finding.problem(problem.get());
        }
        String known = version;
        if (known == null) {
            known = String.valueOf(mongo.database()
                    .runCommand(new BsonDocument("buildInfo", new BsonInt32(1)))
                    .get("version"));
            version = known;
        }
        return Finding.works("MongoDB " + known + " works", null, null);
    }

    @Override
    public void close() {
        mongo.close();
    }
}
