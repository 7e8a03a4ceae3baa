package org.perilune.timeline.store;

import com.mongodb.ErrorCategory;
import com.mongodb.MongoWriteException;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.FindOneAndUpdateOptions;
import com.mongodb.client.model.ReturnDocument;
import com.mongodb.client.model.Updates;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.LongStream;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonInt64;
import org.bson.BsonNumber;
import org.bson.BsonString;

/**
 * Which events changed, numbered from 1 without gaps, so that copies learn of each other's changes by a few look-ups.
 * A change takes its number before the event is written and is noted under it afterwards: a number that stays empty
 * tells that a copy ended in between. Safe for threads.
 */
public final class ChangeLog {
    /** How many of the newest are kept at least. */
    static final int KEPT = 10_000;

    /**
     * A number that is still empty after this, MongoDB being there, stays so. Longer than a change may take: two calls,
     * the second of which the driver may repeat.
     */
    static final Duration TIMEOUT = Duration.ofSeconds(40);

    /** Whoever took longer takes a new number: others may be about to give up on the old one. */
    private static final long STALE_NANOS = Duration.ofSeconds(3).toNanos();

    private static final String COUNTER = "change";
    private static final String NUMBER = "number";
    private static final String TRIMMED = "trimmed";
    private static final String EVENTS = "events";
    private static final String BY = "by";
    /** Whatever is noted by nobody is news to every copy. */
    private static final String NOBODY = "";

    private static final int TRIM_AT_ONCE = 2_000;

    private final MongoCollection<BsonDocument> changes;
    private final MongoCollection<BsonDocument> counters;
    private final String copy;
    private final Queue<Abandoned> abandoned = new ConcurrentLinkedQueue<>();

    /** @param copy names this copy among all */
    public ChangeLog(MongoDatabase database, String copy) {
        this.changes = database.getCollection("change", BsonDocument.class);
        this.counters = database.getCollection("counter", BsonDocument.class);
        this.copy = copy;
    }

    private record Abandoned(Ticket ticket, List<UUID> events) {}

    /** A number taken. */
    record Ticket(long number, long takenNanos) {}

    /**
     * What changed under one number.
     *
     * @param own whether this copy changed it
     */
    record Noted(long number, boolean own, List<UUID> events) {}

    Ticket take() {
        long now = System.nanoTime();
        BsonDocument counter = MongoFailures.told(() -> counters.findOneAndUpdate(
                Filters.eq(COUNTER),
                Updates.inc(NUMBER, 1L),
                new FindOneAndUpdateOptions().upsert(true).returnDocument(ReturnDocument.AFTER)));
        if (counter == null) {
            throw new IllegalStateException("MongoDB returned no counter");
        }
        return new Ticket(number(counter, NUMBER), now);
    }

    void note(Ticket taken, Collection<UUID> events) {
        boolean late = System.nanoTime() - taken.takenNanos() > STALE_NANOS;
        note(late ? take() : taken, copy, events);
        if (late) {
            // Else everybody would take the hole for a copy that ended, and read everything anew.
            abandon(taken, List.of());
        }
    }

    private void note(Ticket ticket, String by, Collection<UUID> events) {
        var ids = new BsonArray(
                events.stream().map(id -> new BsonString(id.toString())).toList());
        var document = new BsonDocument("_id", new BsonInt64(ticket.number()))
                .append(BY, new BsonString(by))
                .append(EVENTS, ids);
        MongoFailures.told(() -> {
            try {
                return changes.insertOne(document).wasAcknowledged();
            } catch (MongoWriteException failure) {
                if (failure.getError().getCategory() == ErrorCategory.DUPLICATE_KEY) {
                    return true; // an attempt before this one did it after all
                }
                throw failure;
            }
        });
    }

    /**
     * What was to be changed under a number, and may have been or not: it is noted as soon as MongoDB is there, so that
     * everybody, this copy too, looks at those events again, and at no others.
     */
    void abandon(Ticket ticket, Collection<UUID> events) {
        abandoned.add(new Abandoned(ticket, List.copyOf(events)));
    }

    /** Notes what was abandoned. */
    void settle() {
        for (Abandoned next = abandoned.peek(); next != null; next = abandoned.peek()) {
            note(next.ticket(), NOBODY, next.events());
            abandoned.remove(next);
        }
    }

    /** The newest number taken; 0 before the first. */
    long newest() {
        return number(counter(), NUMBER);
    }

    /** What is noted under the numbers; some may not be yet. */
    List<Noted> read(List<Long> numbers) {
        return MongoFailures.told(() -> {
            var noted = new ArrayList<Noted>();
            for (BsonDocument document :
                    changes.find(Filters.in("_id", numbers)).batchSize(numbers.size() + 1)) {
                List<UUID> events = document.getArray(EVENTS).stream()
                        .map(id -> UUID.fromString(id.asString().getValue()))
                        .toList();
                boolean own = document.getString(BY).getValue().equals(copy);
                noted.add(new Noted(number(document, "_id"), own, events));
            }
            return noted;
        });
    }

    /** Forgets the oldest, a bounded number of them. Harmless where several copies do it. */
    public void trim() {
        BsonDocument counter = counter();
        long from = number(counter, TRIMMED) + 1;
        long upto = Math.min(number(counter, NUMBER) - KEPT, from + TRIM_AT_ONCE);
        if (upto < from) {
            return;
        }
        List<Long> old = LongStream.rangeClosed(from, upto).boxed().toList();
        MongoFailures.told(() -> {
            changes.deleteMany(Filters.in("_id", old));
            return counters.updateOne(Filters.eq(COUNTER), Updates.max(TRIMMED, upto));
        });
    }

    private BsonDocument counter() {
        BsonDocument counter =
                MongoFailures.told(() -> counters.find(Filters.eq(COUNTER)).first());
        return counter == null ? new BsonDocument() : counter;
    }

    private static long number(BsonDocument document, String name) {
        BsonNumber number = document.getNumber(name, new BsonInt64(0));
        return number.longValue();
    }
}
