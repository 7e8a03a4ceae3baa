package org.perilune.query.rebuild;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.postgres.SqlTimes;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.query.model.Model;
import org.perilune.query.model.SchemaGenerations;

/** Rebuilds as others see them, and what one leaves behind. */
public final class RebuildStore {
    /** Of PostgreSQL's advisory locks: held by the connection that rebuilds. */
    static final long LOCK = 5004;

    private RebuildStore() {}

    /** @param of events there are in all, as far as known */
    record Rebuild(
            String state,
            long events,
            long of,
            @JsonProperty("started_at") @Nullable Instant startedAt,
            @JsonProperty("finished_at") @Nullable Instant finishedAt,
            String detail) {}

    /** The newest one. */
    static Rebuild newest(Handle handle) {
        return handle.createQuery("select * from rebuilds order by id desc limit 1")
                .map((row, context) -> new Rebuild(
                        row.getString("state"),
                        row.getLong("events"),
                        row.getLong("total"),
                        SqlTimes.instant(row, "started_at"),
                        SqlTimes.nullable(row, "finished_at"),
                        row.getString("detail")))
                .findOne()
                .orElseGet(() -> new Rebuild("none", 0, 0, null, null, "The model was never built anew"));
    }

    /**
     * From the commit on every copy writes what comes into both generations.
     *
     * @throws ServiceException.Conflict if one is under way
     */
    static Model begin(Handle transaction, String by, Instant now) {
        SchemaGenerations.State state = SchemaGenerations.lock(transaction);
        if (state.building() != null) {
            throw new ServiceException.Conflict("A rebuild is under way, or its remains are about to be cleared away; "
                    + "GET /rebuild tells how far it is");
        }
        Model model = SchemaGenerations.next(transaction);
        model.create(transaction);
        SchemaGenerations.build(transaction, model);
        transaction.execute("""
                insert into rebuilds (generation, state, started_at, started_by, detail)
                values (?, 'running', ?, ?, 'Events are read from the log')
                """, model.generation(), SqlTimes.of(now), by);
        return model;
    }

    static void progress(Handle handle, Model model, long events, long total, String detail) {
        handle.execute(
                "update rebuilds set events = ?, total = ?, detail = ? where generation = ?",
                events,
                Math.max(events, total),
                detail,
                model.generation());
    }

    static void finish(Handle transaction, Model model, String state, Instant now, String detail) {
        transaction.execute(
                "update rebuilds set state = ?, finished_at = ?, detail = ?, total = events where generation = ?",
                state,
                SqlTimes.of(now),
                detail,
                model.generation());
    }

    /** What was built so far goes, if it was not switched to; the other generation serves on. */
    static void giveUp(Handle transaction, Model model, Instant now, String reason) {
        SchemaGenerations.State state = SchemaGenerations.lock(transaction);
        if (model.equals(state.building())) {
            SchemaGenerations.build(transaction, null);
            drop(transaction, model.schema());
            finish(transaction, model, "failed", now, reason + " The model as it was serves on.");
        }
    }

    /** Clears away what a copy left behind that ended in the middle. Does nothing while somebody rebuilds. */
    public static void clearAway(Handle transaction, Instant now) {
        boolean ours = transaction
                .createQuery("select pg_try_advisory_xact_lock(:lock)")
                .bind("lock", LOCK)
                .mapTo(boolean.class)
                .one();
        if (!ours) {
            return;
        }
        SchemaGenerations.State state = SchemaGenerations.lock(transaction);
        transaction.execute("set local lock_timeout = '2s'");
        if (state.building() != null) {
            giveUp(transaction, state.building(), now, "The copy of query that was at it has ended.");
        }
        List<String> schemas = transaction
                .createQuery(
                        "select nspname from pg_namespace where nspname ~ '^model_[0-9]+$' and nspname <> :serving")
                .bind("serving", state.serving().schema())
                .mapTo(String.class)
                .list();
        schemas.forEach(schema -> drop(transaction, schema));
    }

    static void drop(Handle handle, String schema) {
        handle.execute("drop schema " + schema + " cascade");
    }
}
