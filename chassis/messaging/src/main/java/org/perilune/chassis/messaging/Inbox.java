package org.perilune.chassis.messaging;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jdbi.v3.core.Handle;
import org.perilune.chassis.postgres.Postgres;
import org.perilune.chassis.postgres.RetentionTask;
import org.perilune.contracts.EventOwners;
import org.perilune.contracts.Topology;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What was handled, written in the transaction of its effect. Safe for threads. */
public final class Inbox {
    /** Class-path folder with the migration that makes the table; for {@link Postgres#open}. */
    public static final String SCHEMA = "db/inbox";

    private static final Logger LOG = LoggerFactory.getLogger(Inbox.class);

    private Inbox() {}

    /**
     * Gives each event to the handler once, whatever the number of its deliveries and of copies, for 30 days: then its
     * row is deleted, and the event would be new again. Nothing of ours delivers one twice so late: outboxes keep what
     * they sent for a day, and what waited among the dead letters had no effect, hence no row. Where an event may come
     * again from elsewhere, the effect must bear it.
     */
    public static EventConsumer.Handler once(EventConsumer.Handler handler) {
        return new Filter(Inbox::firstTime, handler);
    }

    /**
     * Lets nothing through but what this service published. An operator may publish events of any type, but none under
     * the source of a service of Perilune's. What is passed over is counted as {@code events.foreign}; it is no dead
     * letter, since sending it again could not help. Put {@link #once} inside: what is passed over needs no row.
     */
    public static EventConsumer.Handler from(
            Topology.Service publisher, EventConsumer.Handler handler, MeterRegistry meters) {
        String source = CloudEvent.sourceOf(publisher.name());
        Counter foreign = meters.counter("events.foreign", "source", publisher.name());
        var told = new AtomicBoolean();
        return new Filter(
                (transaction, events) -> events.stream()
                        .filter(event -> {
                            boolean own = event.source().equals(source);
                            if (!own) {
                                passOver(publisher, event, foreign, told);
                            }
                            return own;
                        })
                        .toList(),
                handler);
    }

    /**
     * Lets everything through but events of a type that is a service's own and that came from elsewhere; they are
     * counted as {@code events.foreign}, too.
     */
    public static EventConsumer.BatchHandler genuine(EventConsumer.BatchHandler handler, MeterRegistry meters) {
        var told = new AtomicBoolean();
        return (transaction, events) -> {
            List<CloudEvent> genuine = events.stream()
                    .filter(event -> {
                        boolean counts = isGenuine(event);
                        if (!counts) {
                            Topology.Service owner =
                                    EventOwners.ownerOf(event.type()).orElseThrow();
                            passOver(owner, event, meters.counter("events.foreign", "source", owner.name()), told);
                        }
                        return counts;
                    })
                    .toList();
            if (!genuine.isEmpty()) {
                handler.handle(transaction, genuine);
            }
        };
    }

    /** Whether an event's type is anybody's, or its source the service whose own the type is. */
    public static boolean isGenuine(CloudEvent event) {
        return EventOwners.ownerOf(event.type())
                .map(owner -> CloudEvent.sourceOf(owner.name()).equals(event.source()))
                .orElse(true);
    }

    private static void passOver(Topology.Service publisher, CloudEvent event, Counter foreign, AtomicBoolean told) {
        foreign.increment();
        // Once: whoever publishes such events must not fill the disk. The counter tells the rest.
        if (told.compareAndSet(false, true)) {
            LOG.warn(
                    "An event that only {} may publish came from elsewhere and is passed over, as will be others"
                            + " [type: {}, source: {}, id: {}, posted by: {}]",
                    publisher.name(),
                    event.type(),
                    event.source(),
                    event.id(),
                    event.extensions().get(CloudEvent.POSTED_BY));
        }
    }

    /** Hands on what is let through. */
    private record Filter(Choice choice, EventConsumer.Handler next) implements EventConsumer.Handler {
        interface Choice {
            List<CloudEvent> among(Handle transaction, List<CloudEvent> events);
        }

        @Override
        public void handle(Handle transaction, CloudEvent event) {
            handleAll(transaction, List.of(event));
        }

        @Override
        public void handleAll(Handle transaction, List<CloudEvent> events) {
            List<CloudEvent> chosen = choice.among(transaction, events);
            if (!chosen.isEmpty()) {
                next.handleAll(transaction, chosen);
            }
        }
    }

    /** A step of deleting rows that are older than 30 days; none where the database has no inbox. */
    static int prune(Postgres postgres) {
        return postgres.jdbi().withHandle(handle -> {
            boolean hasInbox = handle.createQuery("select to_regclass('inbox') is not null")
                    .mapTo(Boolean.class)
                    .one();
            return hasInbox ? handle.execute("""
                    delete from inbox where (source, id) in (
                        select source, id from inbox where handled_at < now() - interval '30 days'
                        limit ? for update skip locked)
                    """, RetentionTask.STEP) : 0;
        });
    }

    /**
     * Those that were not handled before, in their order, each once. Waits where another transaction is just about to
     * say so of one of them; all insert in the same order, so that none waits for another in a circle.
     */
    static List<CloudEvent> firstTime(Handle transaction, List<CloudEvent> events) {
        var first = new LinkedHashMap<Key, CloudEvent>();
        events.forEach(event -> first.putIfAbsent(new Key(event.source(), event.id()), event));
        Set<Key> fresh = transaction
                .createQuery("""
                        insert into inbox (source, id)
                        select source, id from unnest(:sources, :ids) as v (source, id) order by source, id
                        on conflict do nothing
                        returning source, id
                        """)
                .bindArray(
                        "sources",
                        String.class,
                        first.keySet().stream().map(Key::source).toList())
                .bindArray(
                        "ids",
                        String.class,
                        first.keySet().stream().map(Key::id).toList())
                .map((row, context) -> new Key(row.getString(1), row.getString(2)))
                .set();
        first.keySet().retainAll(fresh);
        return List.copyOf(first.values());
    }

    private record Key(String source, String id) {}
}
