package org.perilune.eventbus;

import java.util.List;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.perilune.chassis.CloudEvent;

/** Every event there ever was. Safe for threads. */
final class EventLog {
    /** Of PostgreSQL's advisory locks; any number that nobody else takes in this database. */
    private static final long ORDER = 5005;

    private final Jdbi jdbi;

    EventLog(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /** @param body the event as JSON */
    record Entry(long position, String type, String body) {}

    /**
     * In the caller's transaction, which then has the log for itself until it ends: numbers become visible in their
     * order, and whoever has read up to one has missed none below.
     *
     * @return false where it was there already
     */
    static boolean append(Handle transaction, CloudEvent event) {
        transaction.execute("select pg_advisory_xact_lock(?)", ORDER);
        return transaction.execute(
                        "insert into events (source, id, type, body) values (?, ?, ?, ?) on conflict do nothing",
                        event.source(),
                        event.id(),
                        event.type(),
                        new String(event.bytes(), java.nio.charset.StandardCharsets.UTF_8))
                == 1;
    }

    /** The event's body, or empty where there is none of that identity. */
    static java.util.Optional<String> find(Handle handle, String source, String id) {
        return handle.createQuery("select body from events where source = :source and id = :id")
                .bind("source", source)
                .bind("id", id)
                .mapTo(String.class)
                .findOne();
    }

    /** @param types empty for all */
    List<Entry> after(long position, Set<String> types, int limit) {
        return jdbi.withHandle(handle -> handle.createQuery("""
                        select seq, type, body from events
                        where seq > :after and (:all or type = any(:types))
                        order by seq limit :limit
                        """)
                .bind("after", position)
                .bind("all", types.isEmpty())
                .bindArray("types", String.class, (Object[]) types.toArray(String[]::new))
                .bind("limit", limit)
                .map((row, context) -> new Entry(row.getLong(1), row.getString(2), row.getString(3)))
                .list());
    }

    /** Of the last event; 0 where there is none. */
    long end() {
        return jdbi.withHandle(handle -> handle.createQuery("select coalesce(max(seq), 0) from events")
                .mapTo(Long.class)
                .one());
    }
}
