package org.perilune.eventbus.log;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.Query;
import org.perilune.chassis.messaging.CloudEvent;
import org.perilune.chassis.postgres.SqlTimes;

/** The log of all events. Safe for threads. */
public final class EventLog {
    /** Of PostgreSQL's advisory locks; any number that nobody else takes in this database. */
    private static final long ORDER = 5005;

    /** In characters, roughly. */
    private static final long LONGEST_PAGE = 4L * 1024 * 1024;

    private static final int FETCHED = 1_000;

    private static final String OF_ALL = """
            select seq, type, body from events where seq > :after order by seq limit :limit
            """;

    /**
     * Of each type by its own part of the index: else all that came since would be read to find none. Comparing rows, and
     * offset 0, leave the planner no other way, whatever it expects of the types.
     */
    public static final String OF_TYPES = """
            select page.seq, event.type, event.body
            from (
                select of_type.seq
                from unnest(:types) as wanted (type)
                cross join lateral (
                    select e.seq from events e
                    where (e.type, e.seq) > (wanted.type, :after) and e.type <= wanted.type
                    order by e.type, e.seq limit :limit) of_type
                order by of_type.seq limit :limit) page
            cross join lateral (select e.type, e.body from events e where e.seq = page.seq offset 0) event
            order by page.seq
            """;

    private final Jdbi jdbi;

    public EventLog(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /** @param body the event as JSON */
    public record Entry(long position, String type, String body) {}

    /**
     * In the caller's transaction, which then has the log for itself until it ends: numbers become visible in their
     * order, and whoever has read up to one has missed none below.
     *
     * @return those that were not there already, each once, in their order
     */
    public static List<CloudEvent> append(Handle transaction, List<CloudEvent> events) {
        transaction.execute("select pg_advisory_xact_lock(?)", ORDER);
        Set<Identity> written = Set.copyOf(transaction
                .createQuery("""
                        insert into events (source, id, type, body)
                        select v.source, v.id, v.type, v.body
                        from unnest(:sources, :ids, :types, :bodies)
                            with ordinality as v (source, id, type, body, place)
                        order by v.place
                        on conflict do nothing
                        returning source, id
                        """)
                .bindArray("sources", String.class, texts(events, CloudEvent::source))
                .bindArray("ids", String.class, texts(events, CloudEvent::id))
                .bindArray("types", String.class, texts(events, CloudEvent::type))
                .bindArray("bodies", String.class, texts(events, event -> new String(event.bytes(), UTF_8)))
                .map((row, context) -> new Identity(row.getString(1), row.getString(2)))
                .list());
        var left = new HashSet<>(written);
        return events.stream().filter(event -> left.remove(Identity.of(event))).toList();
    }

    /** Whether it is the very one that was written, and not another of the same identity. */
    static boolean isAmong(List<CloudEvent> written, CloudEvent event) {
        for (CloudEvent one : written) {
            if (isSame(one, event)) {
                return true;
            }
        }
        return false;
    }

    @SuppressWarnings("ReferenceEquality") // two posts of equal events are told apart: one of them was there first
    private static boolean isSame(CloudEvent one, CloudEvent other) {
        return one == other;
    }

    private record Identity(String source, String id) {
        static Identity of(CloudEvent event) {
            return new Identity(event.source(), event.id());
        }
    }

    private static Object[] texts(List<CloudEvent> events, Function<CloudEvent, String> of) {
        return events.stream().map(of).toArray(String[]::new);
    }

    /** The event's body, or empty where there is none of that identity. */
    static Optional<String> find(Handle handle, String source, String id) {
        return handle.createQuery("select body from events where source = :source and id = :id")
                .bind("source", source)
                .bind("id", id)
                .mapTo(String.class)
                .findOne();
    }

    /**
     * Events after a position, oldest first; fewer than there are where they are large. None only where there are none.
     *
     * @param types empty for all
     */
    public List<Entry> after(long position, Set<String> types, int limit) {
        return jdbi.inTransaction(handle -> {
            var found = new ArrayList<Entry>();
            var rows = page(handle, types)
                    .bind("after", position)
                    .bind("limit", limit)
                    // Else the driver would hold the whole page in memory before it is known how large it is.
                    .setFetchSize(FETCHED)
                    .map((row, context) -> new Entry(row.getLong(1), row.getString(2), row.getString(3)));
            try (var entries = rows.iterator()) {
                long length = 0;
                while (entries.hasNext() && length < LONGEST_PAGE) {
                    Entry entry = entries.next();
                    found.add(entry);
                    length += entry.body().length();
                }
            }
            return found;
        });
    }

    private static Query page(Handle handle, Set<String> types) {
        return types.isEmpty()
                ? handle.createQuery(OF_ALL)
                : handle.createQuery(OF_TYPES)
                        .bindArray("types", String.class, (Object[]) types.toArray(String[]::new));
    }

    /** Of events after a position, up to another one. */
    public Set<String> types(long after, long upTo) {
        return Set.copyOf(jdbi.withHandle(
                handle -> handle.createQuery("select distinct type from events where seq > ? and seq <= ?")
                        .bind(0, after)
                        .bind(1, upTo)
                        .mapTo(String.class)
                        .list()));
    }

    /**
     * One step of deleting what is old, but for what is kept for good.
     *
     * @param after where to begin
     * @param keptForGood types
     * @return where to go on; empty where nothing else is so old
     */
    public Optional<Long> prune(long after, Instant before, Set<String> keptForGood, int rows) {
        return jdbi.withHandle(handle -> handle.createQuery("""
                        with next as materialized (
                            select seq, type, stored_at from events
                            where seq > :after and seq < (select max(seq) from events) order by seq limit :rows
                        ), gone as (
                            delete from events
                            where seq in (select seq from next where stored_at < :before and type <> all(:kept))
                        )
                        select max(seq) from next where stored_at < :before having count(*) = :rows
                        """)
                .bind("after", after)
                .bind("rows", rows)
                .bind("before", SqlTimes.of(before))
                .bindArray("kept", String.class, (Object[]) keptForGood.toArray(String[]::new))
                .mapTo(Long.class)
                .findOne());
    }

    /** Of the last event, which is never deleted; 0 where there is none. */
    public long end() {
        return jdbi.withHandle(handle -> handle.createQuery("select coalesce(max(seq), 0) from events")
                .mapTo(Long.class)
                .one());
    }
}
