package org.perilune.telemetry;

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
final class ProgressStore {
    private static final int MOST_BEYOND = 100_000;

    private ProgressStore() {}

    /** The kept progress, and what is settled beyond it. */
    static Map<EpochState.Key, EpochState> load(Connection connection, Collection<EpochState.Key> keys)
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
                    found.put(key, new EpochState(key, new Progress(result.getLong(2), result.getLong(3))));
                }
            }
        }
        loadBeyond(connection, counted, found, "frame");
        loadBeyond(connection, counted, found, "reject");
        return found;
    }

    private static void loadBeyond(
            Connection connection, List<EpochState.Key> keys, Map<EpochState.Key, EpochState> found, String table)
            throws SQLException {
        String device = table.equals("reject") ? "t.device = k.name" : "t.device_id = k.device_id";
        try (PreparedStatement statement = connection.prepareStatement("""
                select k.place, beyond.seq
                from unnest(?::integer[], ?::bigint[], ?::text[], ?::bigint[])
                    with ordinality as k (device_id, epoch, name, upto, place)
                join lateral (select t.seq from %s t
                    where %s and t.epoch = k.epoch and t.seq > k.upto and t.seq is not null
                    order by t.seq limit %d) beyond on true
                order by 1, 2
                """.formatted(table, device, MOST_BEYOND))) {
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
                    Progress progress = progress(found, keys.get(place));
                    progress.add(result.getLong(2));
                    if (counts.merge(place, 1, Integer::sum) == MOST_BEYOND) {
                        progress.markIncomplete();
                    }
                }
            }
        }
    }

    private static Progress progress(Map<EpochState.Key, EpochState> found, EpochState.Key key) {
        EpochState state = found.get(key);
        Progress progress = state == null ? null : state.progress();
        if (progress == null) {
            throw new IllegalStateException("No progress was loaded for " + key);
        }
        return progress;
    }

    /** What is kept never goes back. */
    static void save(Connection connection, List<EpochState> states) throws SQLException {
        if (states.isEmpty()) {
            return;
        }
        var keys = new ArrayList<EpochState.Key>();
        var uptos = new ArrayList<Long>();
        var highests = new ArrayList<Long>();
        for (EpochState state : states) {
            Progress progress = state.progress();
            if (progress != null) {
                keys.add(state.key());
                uptos.add(progress.upto());
                highests.add(progress.highest());
            }
        }
        try (PreparedStatement statement = connection.prepareStatement("""
                insert into progress (device_id, epoch, upto, highest)
                select * from unnest(?::integer[], ?::bigint[], ?::bigint[], ?::bigint[]) as row (d, e, u, h)
                order by d, e
                on conflict (device_id, epoch) do update set
                    upto = greatest(progress.upto, excluded.upto), highest = greatest(progress.highest, excluded.highest)
                """)) {
            bind(connection, statement, keys);
            statement.setArray(3, connection.createArrayOf("bigint", uptos.toArray()));
            statement.setArray(4, connection.createArrayOf("bigint", highests.toArray()));
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
