package org.perilune.telemetry.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Clock;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.TreeMap;

/** What a transaction adds to the day's counts. Not safe for threads. */
public final class Daily {
    private final Map<Integer, long[]> counts = new TreeMap<>();

    /** A copy, so that an attempt that fails leaves no trace. */
    public Daily copy() {
        var copy = new Daily();
        counts.forEach((device, count) -> copy.counts.put(device, count.clone()));
        return copy;
    }

    public void duplicate(int device, long more) {
        counts.computeIfAbsent(device, ignored -> new long[2])[0] += more;
    }

    void rejected(int device, long more) {
        counts.computeIfAbsent(device, ignored -> new long[2])[1] += more;
    }

    public long duplicates() {
        return counts.values().stream().mapToLong(count -> count[0]).sum();
    }

    /** Within the caller's transaction, in the order of devices: no deadlocks. */
    public void write(Connection connection, Clock clock) throws SQLException {
        if (counts.isEmpty()) {
            return;
        }
        try (PreparedStatement statement = connection.prepareStatement("""
                insert into daily (device_id, day, duplicates, rejected) values (?, ?, ?, ?)
                on conflict (device_id, day) do update set
                    duplicates = daily.duplicates + excluded.duplicates, rejected = daily.rejected + excluded.rejected
                """)) {
            for (Map.Entry<Integer, long[]> count : counts.entrySet()) {
                statement.setInt(1, count.getKey());
                statement.setObject(2, LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC));
                statement.setLong(3, count.getValue()[0]);
                statement.setLong(4, count.getValue()[1]);
                statement.addBatch();
            }
            statement.executeBatch();
        }
    }
}
