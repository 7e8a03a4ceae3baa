package org.perilune.telemetry.store;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Loads and keeps the progress of epochs, within the caller's transaction. */
public final class ProgressStore {
    private static final int MOST_BEYOND = 100_000;

    /** Kept of what is settled beyond: what comes after them is found again from frames. */
    public static final int KEPT_INTERVALS = 256;

    private ProgressStore() {}

    /** The kept progress, and what is settled beyond it. */
    public static Map<EpochState.Key, EpochState> load(Connection connection, Collection<EpochState.Key> keys)
            throws SQLException {
        var found = new HashMap<EpochState.Key, EpochState>();
        var counted = new ArrayList<EpochState.Key>();
        for (EpochState.Key key : keys) {
            if (key.epoch() == 0) {
                found.put(key, new EpochState(key, null));
            } else {
                counted.add(key);
            }
        }
        if (counted.isEmpty()) {
            return found;
        }
        try (PreparedStatement statement = connection.prepareStatement("""
                select k.place, coalesce(p.upto, 0), greatest(p.highest, f.highest, 0)
                from unnest(?::integer[], ?::bigint[]) with ordinality as k (device_id, epoch, place)
                left join progress p using (device_id, epoch)
                left join lateral (select max(seq) as highest from frame
                    where frame.device_id = k.device_id and frame.epoch = k.epoch) f on true
                """)) {
            bind(connection, statement, counted);
            try (ResultSet result = statement.executeQuery()) {
                while (result.next()) {
                    EpochState.Key key = counted.get(result.getInt(1) - 1);
                    found.put(key, new EpochState(key, new SequenceTracker(result.getLong(2), result.getLong(3))));
                }
            }
        }
        restore(connection, counted, found);
        loadBeyond(connection, counted, found, "frame");
        loadBeyond(connection, counted, found, "reject");
        return found;
    }

    private static void restore(Connection connection, List<EpochState.Key> keys, Map<EpochState.Key, EpochState> found)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("""
                select k.place, lower(part), upper(part) - 1
                from unnest(?::integer[], ?::bigint[]) with ordinality as k (device_id, epoch, place)
                join progress p using (device_id, epoch)
                cross join unnest(p.beyond) part
                where lower(part) > p.upto
                order by 1, 2
                """)) {
            bind(connection, statement, keys);
            try (ResultSet result = statement.executeQuery()) {
                while (result.next()) {
                    progress(found, keys.get(result.getInt(1) - 1)).restore(result.getLong(2), result.getLong(3));
                }
            }
        }
    }

    /** Looks only where nothing is known yet: into the holes, and beyond all. */
    private static void loadBeyond(
            Connection connection, List<EpochState.Key> keys, Map<EpochState.Key, EpochState> found, String table)
            throws SQLException {
        String device = table.equals("reject") ? "t.device = k.name" : "t.device_id = k.device_id";
        try (PreparedStatement statement =
                connection.prepareStatement("""
                select k.place, beyond.seq
                from unnest(?::integer[], ?::bigint[], ?::text[], ?::bigint[])
                    with ordinality as k (device_id, epoch, name, upto, place)
                left join progress p using (device_id, epoch)
                cross join lateral (
                    select t.seq
                    from unnest(int8multirange(int8range(k.upto + 1, null)) - coalesce(p.beyond, '{}')) hole
                    cross join lateral (
                        select seq from %s t
                        where %s and t.epoch = k.epoch and t.seq is not null
                            and t.seq >= lower(hole) and t.seq <= coalesce(upper(hole) - 1, 9223372036854775807)
                        order by t.seq limit %d) t
                    order by t.seq limit %d) beyond
                order by 1, 2
                """.formatted(table, device, MOST_BEYOND, MOST_BEYOND))) {
            bind(connection, statement, keys);
            statement.setArray(
                    3,
                    connection.createArrayOf(
                            "text", keys.stream().map(EpochState.Key::device).toArray()));
            statement.setArray(
                    4,
                    connection.createArrayOf(
                            "bigint",
                            keys.stream()
                                    .map(key -> progress(found, key).upto())
                                    .toArray()));
            try (ResultSet result = statement.executeQuery()) {
                var counts = new HashMap<Integer, Integer>();
                while (result.next()) {
                    int place = result.getInt(1) - 1;
                    SequenceTracker progress = progress(found, keys.get(place));
                    progress.add(result.getLong(2));
                    if (counts.merge(place, 1, Integer::sum) == MOST_BEYOND) {
                        progress.markIncomplete();
                    }
                }
            }
        }
    }

    private static SequenceTracker progress(Map<EpochState.Key, EpochState> found, EpochState.Key key) {
        EpochState state = found.get(key);
        SequenceTracker progress = state == null ? null : state.progress();
        if (progress == null) {
            throw new IllegalStateException("No progress was loaded for " + key);
        }
        return progress;
    }

    /** What is kept never goes back. */
    public static void save(Connection connection, List<EpochState> states) throws SQLException {
        if (states.isEmpty()) {
            return;
        }
        var keys = new ArrayList<EpochState.Key>();
        var uptos = new ArrayList<Long>();
        var highests = new ArrayList<Long>();
        var beyonds = new ArrayList<String>();
        var missing = new ArrayList<Long>();
        for (EpochState state : states) {
            SequenceTracker progress = state.progress();
            if (progress != null) {
                keys.add(state.key());
                uptos.add(progress.upto());
                highests.add(progress.highest());
                beyonds.add(progress.beyond(KEPT_INTERVALS));
                missing.add(progress.missing());
            }
        }
        try (PreparedStatement statement = connection.prepareStatement("""
                insert into progress (device_id, epoch, upto, highest, beyond, missing)
                select d, e, u, h, b::int8multirange, m
                from unnest(?::integer[], ?::bigint[], ?::bigint[], ?::bigint[], ?::text[], ?::bigint[])
                    as row (d, e, u, h, b, m)
                order by d, e
                on conflict (device_id, epoch) do update set
                    upto = greatest(progress.upto, excluded.upto),
                    highest = greatest(progress.highest, excluded.highest),
                    beyond = excluded.beyond, missing = excluded.missing
                """)) {
            bind(connection, statement, keys);
            statement.setArray(3, connection.createArrayOf("bigint", uptos.toArray()));
            statement.setArray(4, connection.createArrayOf("bigint", highests.toArray()));
            statement.setArray(5, connection.createArrayOf("text", beyonds.toArray()));
            statement.setArray(6, connection.createArrayOf("bigint", missing.toArray()));
            statement.executeUpdate();
        }
    }

    private static void bind(Connection connection, PreparedStatement statement, List<EpochState.Key> keys)
            throws SQLException {
        Array devices = connection.createArrayOf(
                "integer", keys.stream().map(EpochState.Key::deviceId).toArray());
        Array epochs = connection.createArrayOf(
                "bigint", keys.stream().map(EpochState.Key::epoch).toArray());
        statement.setArray(1, devices);
        statement.setArray(2, epochs);
    }
}
