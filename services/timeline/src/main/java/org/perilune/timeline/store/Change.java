package org.perilune.timeline.store;

import java.time.Instant;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonInt64;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.messaging.CloudEvent;
import org.perilune.chassis.mongo.MongoOutbox;
import org.perilune.timeline.event.EventState;

/** What a change sets and takes away; the version is counted up by itself. Not safe for threads. */
public final class Change {
    private final BsonDocument set = new BsonDocument();
    private final BsonDocument unset = new BsonDocument();
    private final BsonArray told = new BsonArray();

    /** A change by the timeline itself, which leaves on whose behalf the event is dispatched. */
    public static Change at(Instant now) {
        return new Change().set(EventDocument.CHANGED_AT, EventDocument.time(now));
    }

    /** A change by a person or program. */
    public static Change by(String who, Instant now) {
        return at(now).set(EventDocument.CHANGED_BY, EventDocument.text(who));
    }

    public Change state(EventState state) {
        return set(EventDocument.STATE, EventDocument.text(state));
    }

    public Change detail(String detail) {
        return set(EventDocument.DETAIL, EventDocument.text(detail));
    }

    public Change fence(long fence) {
        return set(EventDocument.FENCE, new BsonInt64(fence));
    }

    public Change time(Instant time) {
        return set(EventDocument.TIME, EventDocument.time(time));
    }

    /** @param value takes the field away where null */
    public Change set(String field, @Nullable BsonValue value) {
        if (value == null) {
            unset.append(field, new BsonString(""));
        } else {
            set.append(field, value);
        }
        return this;
    }

    /** What is published of it, by the same write. */
    public Change tells(CloudEvent event) {
        told.add(MongoOutbox.entry(event));
        return this;
    }

    public boolean tells() {
        return !told.isEmpty();
    }

    BsonDocument update() {
        var update = new BsonDocument("$inc", new BsonDocument(EventDocument.VERSION, new BsonInt64(1)));
        update.append("$set", set);
        if (!unset.isEmpty()) {
            update.append("$unset", unset);
        }
        if (tells()) {
            var each = new BsonDocument("$each", told);
            update.append("$push", new BsonDocument(MongoOutbox.FIELD, each));
        }
        return update;
    }
}
