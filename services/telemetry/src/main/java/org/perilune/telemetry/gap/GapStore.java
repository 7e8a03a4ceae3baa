package org.perilune.telemetry.gap;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.postgres.SqlTimes;
import org.perilune.telemetry.store.ProgressStore;

/** Missing frames as the kept progress shows them, and what was told of them, within the caller's transaction. */
final class GapStore {
    private static final long LOCK = 0x67617073; // "gaps"
    private static final int MOST = 1_000;

    private GapStore() {}

    /**
     * What is missing in an epoch beyond all that was told of it.
     *
     * @param told when something of the epoch was told last; null: never
     * @param silenceFrom of the device, announced; null where there is none
     */
    record Missing(
            int deviceId,
            String device,
            long epoch,
            long seqFrom,
            long seqTo,
            long number,
            @Nullable Instant told,
            @Nullable Instant silenceFrom,
            @Nullable Instant silenceUntil) {}

    /** Whether this copy is the one to tell now; until the transaction ends. */
    static boolean lock(Handle handle) {
        return handle.createQuery("select pg_try_advisory_xact_lock(:lock)")
                .bind("lock", LOCK)
                .mapTo(Boolean.class)
                .one();
    }

    /** Where so many intervals are kept that later ones may be left out, nothing is known of what comes after. */
    static List<Missing> missing(Handle handle) {
        return handle.createQuery("""
                        select p.device_id, d.name, p.epoch, t.told_at, d.silence_from, d.silence_until,
                            min(lower(hole)) as seq_from, max(upper(hole)) - 1 as seq_to,
                            sum(upper(hole) - lower(hole))::bigint as number
                        from progress p
                        join device d on d.id = p.device_id
                        cross join lateral (
                            select greatest(p.upto, coalesce(max(g.seq_to), 0)) + 1 as first, max(g.told_at) as told_at
                            from gap g where g.device_id = p.device_id and g.epoch = p.epoch) t
                        cross join lateral (
                            select case when count(*) >= :kept then upper(p.beyond) else p.highest + 1 end as known
                            from unnest(p.beyond)) k
                        cross join lateral unnest(
                            int8multirange(int8range(t.first, greatest(t.first, k.known))) - p.beyond) hole
                        where p.missing > 0 and p.epoch > 0
                        group by p.device_id, d.name, p.epoch, t.told_at, d.silence_from, d.silence_until
                        order by p.device_id, p.epoch limit :most
                        """)
                .bind("kept", ProgressStore.KEPT_INTERVALS)
                .bind("most", MOST)
                .map((row, context) -> new Missing(
                        row.getInt("device_id"),
                        row.getString("name"),
                        row.getLong("epoch"),
                        row.getLong("seq_from"),
                        row.getLong("seq_to"),
                        row.getLong("number"),
                        SqlTimes.nullable(row, "told_at"),
                        SqlTimes.nullable(row, "silence_from"),
                        SqlTimes.nullable(row, "silence_until")))
                .list();
    }

    /** Keeps that it is told. */
    static Gap open(Handle handle, UUID id, Missing missing, Instant now) {
        return handle.createQuery("""
                        insert into gap (id, device_id, epoch, seq_from, seq_to, missing, told_at, since)
                        values (:id, :device, :epoch, :from, :to, :missing, :now, (
                            select device_time from frame
                            where device_id = :device and epoch = :epoch and seq = :from - 1))
                        returning since
                        """)
                .bind("id", id)
                .bind("device", missing.deviceId())
                .bind("epoch", missing.epoch())
                .bind("from", missing.seqFrom())
                .bind("to", missing.seqTo())
                .bind("missing", missing.number())
                .bind("now", now.atOffset(ZoneOffset.UTC))
                .map((row, context) -> new Gap(
                        id,
                        missing.deviceId(),
                        missing.device(),
                        missing.epoch(),
                        missing.seqFrom(),
                        missing.seqTo(),
                        missing.number(),
                        SqlTimes.nullable(row, "since")))
                .one();
    }

    /** Keeps that they are filled: those that nothing is missing of any more. */
    static List<Gap> close(Handle handle, Instant now) {
        return handle.createQuery("""
                        update gap g set filled_at = :now
                        from progress p, device d
                        where g.filled_at is null and d.id = g.device_id
                            and p.device_id = g.device_id and p.epoch = g.epoch
                            and isempty(int8multirange(int8range(
                                least(greatest(g.seq_from, p.upto + 1), g.seq_to + 1), g.seq_to + 1)) - p.beyond)
                        returning g.id, g.device_id, d.name, g.epoch, g.seq_from, g.seq_to, g.missing, g.since
                        """)
                .bind("now", now.atOffset(ZoneOffset.UTC))
                .map((row, context) -> new Gap(
                        row.getObject("id", UUID.class),
                        row.getInt("device_id"),
                        row.getString("name"),
                        row.getLong("epoch"),
                        row.getLong("seq_from"),
                        row.getLong("seq_to"),
                        row.getLong("missing"),
                        SqlTimes.nullable(row, "since")))
                .list();
    }

    /** Forgets old ones, but for the last of each epoch, which bounds what is told. */
    static void prune(Handle handle, Instant now, Duration kept) {
        handle.createUpdate("""
                        delete from gap g where told_at < :before and exists (
                            select from gap newer where newer.device_id = g.device_id and newer.epoch = g.epoch
                                and newer.seq_from > g.seq_from)
                        """)
                .bind("before", now.minus(kept).atOffset(ZoneOffset.UTC))
                .execute();
    }
}
