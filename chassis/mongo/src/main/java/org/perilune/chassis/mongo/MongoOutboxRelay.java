package org.perilune.chassis.mongo;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.Filters;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonValue;
import org.perilune.chassis.messaging.Amqp;
import org.perilune.chassis.messaging.AmqpPublisher;
import org.perilune.chassis.messaging.Relay;

/**
 * Publishes the {@link MongoOutbox} entries of one collection's documents, and takes them out of the document when the
 * broker has them safe in a queue. Who writes or reads a document with entries offers its id: documents are looked up
 * by {@code _id} alone, for which every server has an index. What two copies publish both, or is not confirmed, is
 * published twice under the same id: consumers see an event at least once. Safe for threads.
 */
public final class MongoOutboxRelay implements AutoCloseable {
    /** Documents looked at together; most have one entry. */
    private static final int BATCH = 200;

    /** Others' entries, and those that no queue took, are looked at after that. */
    private static final Duration LATER = Duration.ofSeconds(3);

    private final Documents documents;
    private final Relay relay;

    private MongoOutboxRelay(Documents documents, Relay relay) {
        this.documents = documents;
        this.relay = relay;
    }

    public static MongoOutboxRelay start(
            String service, MongoCollection<BsonDocument> collection, Amqp amqp, MeterRegistry meters) {
        var documents = new Documents(collection);
        return new MongoOutboxRelay(documents, Relay.start(service, documents, amqp, meters));
    }

    /**
     * These documents were written with entries just now.
     *
     * @param ids their {@code _id}s
     */
    public void offer(Collection<? extends BsonValue> ids) {
        documents.add(ids);
        relay.wake();
    }

    /**
     * A document was read that has entries: whoever wrote it is about to publish them, or has ended before.
     *
     * @param id its {@code _id}
     */
    public void offerLater(BsonValue id) {
        documents.addLater(id);
    }

    /** Finishes the batch under way. What is left is published by whoever reads it. */
    @Override
    public void close() {
        relay.close();
    }

    private static final class Documents implements Relay.Unsent {
        private final MongoCollection<BsonDocument> collection;
        private final Set<BsonValue> ready = new LinkedHashSet<>(); // guarded by this
        private final Map<BsonValue, Long> later = new HashMap<>(); // guarded by this

        Documents(MongoCollection<BsonDocument> collection) {
            this.collection = collection;
        }

        synchronized void add(Collection<? extends BsonValue> ids) {
            ready.addAll(ids);
        }

        synchronized void addLater(BsonValue id) {
            later.putIfAbsent(id, System.nanoTime());
        }

        /** Takes them away, so that what is offered while they are looked at is looked at again. */
        private synchronized List<BsonValue> take() {
            long now = System.nanoTime();
            for (Iterator<Map.Entry<BsonValue, Long>> each = later.entrySet().iterator(); each.hasNext(); ) {
                Map.Entry<BsonValue, Long> next = each.next();
                if (now - next.getValue() >= LATER.toNanos()) {
                    ready.add(next.getKey());
                    each.remove();
                }
            }
            List<BsonValue> taken = ready.stream().limit(BATCH).toList();
            taken.forEach(ready::remove);
            return taken;
        }

        private synchronized boolean isMore() {
            return !ready.isEmpty();
        }

        @Override
        public void await() {
            // The server may be away at any time: looking up fails then, and is tried again.
        }

        @Override
        public boolean send(Relay.Publisher publisher) throws Exception {
            List<BsonValue> taken = take();
            if (taken.isEmpty()) {
                return false;
            }
            try {
                publish(taken, publisher);
            } catch (Exception | Error failure) {
                add(taken);
                throw failure;
            }
            return isMore();
        }

        /** Documents that are to be looked at, which is all that is known. */
        @Override
        public synchronized long count() {
            return (long) ready.size() + later.size();
        }

        private void publish(List<BsonValue> ids, Relay.Publisher publisher) throws IOException, InterruptedException {
            var owners = new ArrayList<BsonValue>();
            var entries = new ArrayList<BsonValue>();
            for (BsonDocument document : collection
                    .find(Filters.in("_id", ids))
                    .projection(new BsonDocument(MongoOutbox.FIELD, new BsonInt32(1)))
                    .batchSize(ids.size() + 1)) {
                for (BsonValue entry : MongoOutbox.entries(document)) {
                    owners.add(document.get("_id"));
                    entries.add(entry);
                }
            }
            if (entries.isEmpty()) {
                return;
            }
            AmqpPublisher.Answers answers =
                    publisher.publish(entries.stream().map(MongoOutbox::message).toList());
            var sent = new BsonArray();
            var from = new LinkedHashSet<BsonValue>();
            for (int index = 0; index < entries.size(); index++) {
                switch (answers.each().get(index)) {
                    case SAFE -> {
                        sent.add(MongoOutbox.id(entries.get(index)));
                        from.add(owners.get(index));
                    }
                    case REFUSED -> addLater(owners.get(index));
                    case NONE -> {} // looked at again as a whole, after the failure
                }
            }
            if (!sent.isEmpty()) {
                collection.updateMany(Filters.in("_id", from), MongoOutbox.without(sent));
            }
            if (answers.failure().isPresent()) {
                throw answers.failure().get();
            }
        }
    }
}
