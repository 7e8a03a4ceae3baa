package org.perilune.telemetry.rollup;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.perilune.chassis.postgres.SqlTimes;
import org.perilune.contracts.v1.Value;
import org.perilune.telemetry.store.FrameScan;
import org.perilune.telemetry.store.FrameValues;
import org.perilune.telemetry.store.MarkReader;
import org.perilune.telemetry.store.ParameterIds;
import org.perilune.telemetry.store.TimeIndexEntry;
import org.perilune.telemetry.store.Times;

/**
 * One transaction of rolling one device. Its marks are locked before their frames are read: who stores a frame touches
 * the mark in the same transaction, so a frame is either seen here or leaves the mark unrolled.
 */
public final class Rollup {
    private static final int FRAMES_AT_ONCE = 20_000;
    private static final int MINUTES_AT_ONCE = 240;

    private static final String CLAIM = """
            select minute, epoch, seq_from, seq_to from mark
            where device_id = ? and not rolled and seq_to is not null
            order by minute desc
            limit ?
            for update skip locked
            """;

    private static final String PUT = """
            insert into rollup (device_id, parameter_id, level_seconds, bucket, minimum, maximum, total, count)
            values (?, ?, 60, ?, ?, ?, ?, ?)
            on conflict (device_id, parameter_id, level_seconds, bucket) do update
            set minimum = excluded.minimum, maximum = excluded.maximum, total = excluded.total, count = excluded.count
            """;

    private static final String COARSEN = """
            insert into rollup (device_id, parameter_id, level_seconds, bucket, minimum, maximum, total, count)
            select r.device_id, r.parameter_id, ?, b.bucket, min(r.minimum), max(r.maximum), sum(r.total), sum(r.count)
            from unnest(?::timestamptz[]) as b(bucket)
            cross join parameter p
            join rollup r on r.device_id = p.device_id and r.parameter_id = p.id and r.level_seconds = ?
                and r.bucket >= b.bucket and r.bucket < b.bucket + ? * interval '1 second'
            where p.device_id = ?
            group by r.device_id, r.parameter_id, b.bucket
            on conflict (device_id, parameter_id, level_seconds, bucket) do update
            set minimum = excluded.minimum, maximum = excluded.maximum, total = excluded.total, count = excluded.count
            """;

    private final Connection connection;

    public Rollup(Connection connection) {
        this.connection = connection;
    }

    private static final class Bucket {
        private double minimum = Double.POSITIVE_INFINITY;
        private double maximum = Double.NEGATIVE_INFINITY;
        private double total;
        private long count;

        private void add(double value) {
            minimum = Math.min(minimum, value);
            maximum = Math.max(maximum, value);
            total += value;
            count++;
        }
    }

    /** How many marks were rolled; 0 where another copy has the device. */
    public int roll(int device) throws SQLException {
        connection.setAutoCommit(false);
        try {
            int marks = claimDevice(device) ? rollClaimed(device) : 0;
            connection.commit();
            return marks;
        } catch (Throwable failure) {
            try {
                connection.rollback();
            } catch (SQLException rollingBack) {
                failure.addSuppressed(rollingBack);
            }
            throw failure;
        } finally {
            connection.setAutoCommit(true);
        }
    }

    /** Coarser buckets are made of finer ones by reading and replacing, so a device has one roller at a time. */
    private boolean claimDevice(int device) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("select pg_try_advisory_xact_lock(7201, ?)")) {
            statement.setInt(1, device);
            try (ResultSet result = statement.executeQuery()) {
                return result.next() && result.getBoolean(1);
            }
        }
    }

    private int rollClaimed(int device) throws SQLException {
        List<TimeIndexEntry> claimed = claim(device);
        if (claimed.isEmpty()) {
            return 0;
        }
        Set<Instant> minutes = new HashSet<>();
        claimed.forEach(mark -> minutes.add(mark.minute()));
        var parameters = new ParameterIds(connection, device);
        Map<Instant, Map<String, Bucket>> buckets = new HashMap<>();
        read(device, new MarkReader(connection).ofMinutes(device, List.copyOf(minutes)), buckets);
        Set<String> names = new HashSet<>();
        buckets.values().forEach(minute -> names.addAll(minute.keySet()));
        put(device, buckets, parameters.of(names));
        coarsen(device, minutes, 60, 900);
        coarsen(device, minutes, 900, 14_400);
        done(device, claimed);
        return claimed.size();
    }

    private List<TimeIndexEntry> claim(int device) throws SQLException {
        var claimed = new ArrayList<TimeIndexEntry>();
        try (PreparedStatement statement = connection.prepareStatement(CLAIM)) {
            statement.setInt(1, device);
            statement.setInt(2, MINUTES_AT_ONCE);
            long frames = 0;
            try (ResultSet result = statement.executeQuery()) {
                while (result.next() && frames < FRAMES_AT_ONCE) {
                    long seqTo = result.getLong(4);
                    boolean open = result.wasNull();
                    var mark = new TimeIndexEntry(
                            device,
                            "",
                            SqlTimes.instant(result, 1),
                            result.getLong(2),
                            result.getLong(3),
                            open ? Long.MAX_VALUE : seqTo);
                    claimed.add(mark);
                    frames += Math.max(1, mark.estimate());
                }
            }
        }
        return claimed;
    }

    private void read(int device, List<TimeIndexEntry> marks, Map<Instant, Map<String, Bucket>> buckets)
            throws SQLException {
        var ofMarks = new ArrayList<Map<String, Bucket>>();
        marks.forEach(mark -> ofMarks.add(buckets.computeIfAbsent(mark.minute(), ignored -> new HashMap<>())));
        new FrameScan(connection).scan(device, marks, Times.EARLIEST, Times.LATEST, (mark, micros, frame) -> {
            Map<String, Bucket> minute = ofMarks.get(mark);
            for (Value value : FrameValues.of(frame)) {
                if (FrameValues.isNumber(value)) {
                    minute.computeIfAbsent(value.getName(), ignored -> new Bucket())
                            .add(FrameValues.number(value));
                }
            }
            return true;
        });
    }

    private void put(int device, Map<Instant, Map<String, Bucket>> buckets, Map<String, Integer> parameters)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(PUT)) {
            for (var minute : buckets.entrySet()) {
                for (var entry : minute.getValue().entrySet()) {
                    Bucket bucket = entry.getValue();
                    Integer parameter = parameters.get(entry.getKey());
                    if (parameter == null) {
                        throw new IllegalStateException("A parameter was not made");
                    }
                    statement.setInt(1, device);
                    statement.setInt(2, parameter);
                    statement.setObject(3, SqlTimes.of(minute.getKey()));
                    statement.setDouble(4, bucket.minimum);
                    statement.setDouble(5, bucket.maximum);
                    statement.setDouble(6, bucket.total);
                    statement.setLong(7, bucket.count);
                    statement.addBatch();
                }
            }
            statement.executeBatch();
        }
    }

    private void coarsen(int device, Set<Instant> minutes, int fine, int coarse) throws SQLException {
        String[] buckets = minutes.stream()
                .map(minute -> Instant.ofEpochSecond(Math.floorDiv(minute.getEpochSecond(), coarse) * coarse)
                        .toString())
                .distinct()
                .toArray(String[]::new);
        try (PreparedStatement statement = connection.prepareStatement(COARSEN)) {
            statement.setInt(1, coarse);
            statement.setArray(2, connection.createArrayOf("timestamptz", buckets));
            statement.setInt(3, fine);
            statement.setInt(4, coarse);
            statement.setInt(5, device);
            statement.executeUpdate();
        }
    }

    private void done(int device, List<TimeIndexEntry> marks) throws SQLException {
        String sql = "update mark set rolled = true where device_id = ? and minute = ? and epoch = ?";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (TimeIndexEntry mark : marks) {
                statement.setInt(1, device);
                statement.setObject(2, SqlTimes.of(mark.minute()));
                statement.setLong(3, mark.epoch());
                statement.addBatch();
            }
            statement.executeBatch();
        }
    }
}
