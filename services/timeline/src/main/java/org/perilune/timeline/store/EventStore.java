package org.perilune.timeline.store;

import com.mongodb.ErrorCategory;
import com.mongodb.MongoBulkWriteException;
import com.mongodb.MongoWriteException;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.FindOneAndUpdateOptions;
import com.mongodb.client.model.IndexOptions;
import com.mongodb.client.model.Indexes;
import com.mongodb.client.model.InsertManyOptions;
import com.mongodb.client.model.Projections;
import com.mongodb.client.model.ReturnDocument;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonInt64;
import org.bson.conversions.Bson;
import org.perilune.chassis.mongo.MongoOutbox;
import org.perilune.chassis.mongo.MongoOutboxRelay;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.timeline.event.Entry;
import org.perilune.timeline.event.Event;

/**
 * Events in MongoDB, one document each. Every question is by {@code _id}, or by {@code _id} and version, for which there
 * is a unique index: the embedded server looks up nothing else by an index, and reads everything for the rest. Failures
 * are {@link ServiceException.Unavailable}. Safe for threads.
 */
public final class EventStore {
    private static final int CHUNK = 500;
    private static final String FIRST_PENDING = MongoOutbox.FIELD + ".0";

    private final MongoCollection<BsonDocument> events;
    private final MongoOutboxRelay relay;

    /** @param relay hears of documents with something to be published */
    public EventStore(MongoCollection<BsonDocument> events, MongoOutboxRelay relay) {
        this.events = events;
        this.relay = relay;
    }

    public static MongoCollection<BsonDocument> collection(MongoDatabase database) {
        return database.getCollection("event", BsonDocument.class);
    }

    /** Can be repeated. */
    void prepare() {
        MongoFailures.told(() -> {
            events.createIndex(
                    Indexes.ascending(EventDocument.ID, EventDocument.VERSION),
                    new IndexOptions().name("id_version").unique(true));
            // For people who look into the database, and for tools.
            events.createIndex(
                    Indexes.ascending(EventDocument.TIME, EventDocument.ID), new IndexOptions().name("time_id"));
            return true;
        });
    }

    /** Tells of all events, in no order. Reads everything. */
    void each(Consumer<Entry> consumer) {
        MongoFailures.told(() -> {
            events.find()
                    .projection(Projections.include(
                            EventDocument.KIND,
                            EventDocument.TIME,
                            EventDocument.UNTIL,
                            EventDocument.DEVICE,
                            EventDocument.COMMAND + ".type",
                            EventDocument.RUN_ONCE,
                            EventDocument.REPEAT,
                            EventDocument.STATE,
                            EventDocument.VERSION,
                            EventDocument.FENCE,
                            MongoOutbox.FIELD))
                    .batchSize(10_000)
                    .forEach(document -> {
                        offerIfPending(document);
                        consumer.accept(EventDocument.entry(document));
                    });
            return true;
        });
    }

    public Optional<Event> find(UUID id) {
        return MongoFailures.told(
                () -> Optional.ofNullable(events.find(Filters.eq(id.toString())).first())
                        .map(this::read));
    }

    /** In the order of the ids; those that are not there are left out. */
    public List<Event> find(List<UUID> ids) {
        return MongoFailures.told(() -> {
            Map<UUID, Event> found = new HashMap<>();
            for (int start = 0; start < ids.size(); start += CHUNK) {
                events.find(in(ids.subList(start, Math.min(ids.size(), start + CHUNK))))
                        .batchSize(CHUNK)
                        .map(this::read)
                        .forEach(event -> found.put(event.id(), event));
            }
            return ids.stream().map(found::get).filter(Objects::nonNull).toList();
        });
    }

    /** False where there is one with that id already. */
    boolean insert(Event event) {
        return MongoFailures.told(() -> {
            try {
                events.insertOne(document(event));
                offer(List.of(event.id()));
                return true;
            } catch (MongoWriteException failure) {
                if (failure.getError().getCategory() == ErrorCategory.DUPLICATE_KEY) {
                    return false;
                }
                throw failure;
            }
        });
    }

    /** Those that are there already stay as they are; false where there were such. */
    boolean insertAll(List<Event> fresh) {
        return MongoFailures.told(() -> {
            try {
                events.insertMany(
                        fresh.stream().map(EventStore::document).toList(), new InsertManyOptions().ordered(false));
                offer(fresh.stream().map(Event::id).toList());
                return true;
            } catch (MongoBulkWriteException failure) {
                boolean onlyThere = failure.getWriteErrors().stream()
                        .allMatch(error -> error.getCategory() == ErrorCategory.DUPLICATE_KEY);
                if (!onlyThere || failure.getWriteConcernError() != null) {
                    throw failure;
                }
                return false;
            }
        });
    }

    /** The changed event; empty where the version is not the newest, or the event is gone. */
    Optional<Event> change(UUID id, long version, Change change) {
        Optional<Event> changed = MongoFailures.told(() -> Optional.ofNullable(events.findOneAndUpdate(
                        new BsonDocument(EventDocument.ID, EventDocument.text(id))
                                .append(EventDocument.VERSION, new BsonInt64(version)),
                        change.update(),
                        new FindOneAndUpdateOptions().returnDocument(ReturnDocument.AFTER)))
                .map(EventDocument::event));
        if (changed.isPresent() && change.tells()) {
            offer(List.of(id));
        }
        return changed;
    }

    private static BsonDocument document(Event event) {
        BsonDocument document = EventDocument.of(event);
        TimelineEvents.created(event)
                .ifPresent(told -> document.append(MongoOutbox.FIELD, new BsonArray(List.of(MongoOutbox.entry(told)))));
        return document;
    }

    private void offer(List<UUID> ids) {
        relay.offer(ids.stream().map(EventDocument::text).toList());
    }

    private Event read(BsonDocument document) {
        offerIfPending(document);
        return EventDocument.event(document);
    }

    /** What a copy that ended could not publish is published by whoever reads it. */
    private void offerIfPending(BsonDocument document) {
        if (MongoOutbox.isPending(document)) {
            relay.offerLater(document.getString(EventDocument.ID));
        }
    }

    /**
     * Removes those that have nothing to be published any more.
     *
     * @return the others, which are being published
     */
    Set<UUID> remove(Collection<UUID> ids) {
        List<UUID> all = List.copyOf(ids);
        return MongoFailures.told(() -> {
            var kept = new HashSet<UUID>();
            for (int start = 0; start < all.size(); start += CHUNK) {
                List<UUID> chunk = all.subList(start, Math.min(all.size(), start + CHUNK));
                events.deleteMany(Filters.and(in(chunk), Filters.exists(FIRST_PENDING, false)));
                for (BsonDocument document : events.find(in(chunk))) {
                    kept.add(read(document).id());
                }
            }
            return kept;
        });
    }

    private static Bson in(Collection<UUID> ids) {
        return Filters.in(
                EventDocument.ID, ids.stream().map(EventDocument::text).toList());
    }
}
