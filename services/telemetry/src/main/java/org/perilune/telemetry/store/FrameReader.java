package org.perilune.telemetry.store;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.perilune.chassis.postgres.SqlTimes;

/** Finds frames by time: marks first, then frames by their key. Holds a connection; one call at a time. */
public final class FrameReader {
    private static final String COLUMNS =
            "f.device_id, f.epoch, f.seq, f.device_time, f.received, f.trace_id, f.payload";

    private static final String NEWEST_COUNTED = """
            select c.slice, %s
            from unnest(?::int[], ?::int[], ?::bigint[], ?::bigint[], ?::bigint[], ?::timestamptz[], ?::timestamptz[])
                as c(slice, device_id, epoch, seq_low, seq_high, low, high)
            cross join lateral (
                select * from frame
                where device_id = c.device_id and epoch = c.epoch and seq between c.seq_low and c.seq_high
                    and device_time >= c.low and device_time < c.high
                order by device_id desc, epoch desc, seq desc
                limit ?
            ) f
            order by c.slice, f.seq desc
            """.formatted(COLUMNS);

    private static final String NEWEST_UNCOUNTED = """
            select c.slice, %s
            from unnest(?::int[], ?::int[], ?::bigint[], ?::bigint[], ?::bigint[])
                as c(slice, device_id, bound, tie, last)
            cross join lateral (
                select * from frame
                where device_id = c.device_id and epoch >= c.bound and epoch <= c.last
                    and (epoch > c.bound or seq < c.tie)
                order by device_id, epoch, seq desc
                limit ?
            ) f
            order by c.slice, f.epoch, f.seq desc
            """.formatted(COLUMNS);

    private static final String OLDEST_COUNTED = """
            select 0, %s from frame f
            where device_id = ? and epoch = ? and seq between ? and ? and device_time >= ? and device_time < ?
            order by device_id, epoch, seq
            limit ?
            """.formatted(COLUMNS);

    private static final String OLDEST_UNCOUNTED = """
            select 0, %s from frame f
            where device_id = ? and epoch > ? and epoch <= ? and (epoch < ? or seq > ?)
            order by device_id desc, epoch desc, seq
            limit ?
            """.formatted(COLUMNS);

    private static final String CUT = """
            select seq from frame
            where device_id = ? and epoch = ? and seq between ? and ? and device_time >= ? and device_time < ?
            order by device_id desc, epoch desc, seq desc
            limit 1
            """;

    private final Connection connection;

    public FrameReader(Connection connection) {
        this.connection = connection;
    }

    /**
     * The newest frames of each slice, newest first, at most {@code rows} of each. Counted ones go by seq, others by
     * time. Slices are all of marks that count, or all of marks that do not.
     */
    public List<List<StoredFrame>> newest(List<RangeScan> slices, int rows) throws SQLException {
        var found = new ArrayList<List<StoredFrame>>();
        slices.forEach(slice -> found.add(new ArrayList<>()));
        if (slices.isEmpty()) {
            return found;
        }
        boolean counted = slices.getFirst().mark().counts();
        try (PreparedStatement statement = connection.prepareStatement(counted ? NEWEST_COUNTED : NEWEST_UNCOUNTED)) {
            int last = counted ? bindCounted(statement, slices) : bindUncounted(statement, slices);
            statement.setInt(last + 1, rows);
            try (ResultSet result = statement.executeQuery()) {
                while (result.next()) {
                    found.get(result.getInt(1)).add(frame(result));
                }
            }
        }
        return found;
    }

    /** All frames of a slice, oldest first, in pages of {@code rows} so that memory stays bounded. */
    public List<StoredFrame> oldest(RangeScan slice, StoredFrame after, int rows) throws SQLException {
        return slice.mark().counts()
                ? oldestCounted(slice, after.seq() + 1, rows)
                : oldestUncounted(slice, after, rows);
    }

    public List<StoredFrame> oldest(RangeScan slice, int rows) throws SQLException {
        if (slice.mark().counts()) {
            return oldestCounted(slice, slice.mark().seqFrom(), rows);
        }
        var before = new StoredFrame(0, -Times.micros(slice.low()), -1, slice.low(), slice.low(), null, new byte[0]);
        return oldestUncounted(slice, before, rows);
    }

    /** The slice without the frames that come before the first one, newest first, that is older than {@code time}. */
    public RangeScan olderThan(RangeScan slice, Instant time) throws SQLException {
        if (!time.isBefore(slice.high())) {
            return slice;
        }
        if (!slice.mark().counts()) {
            return new RangeScan(slice.mark(), slice.low(), slice.high(), -Times.micros(time), Long.MIN_VALUE);
        }
        try (PreparedStatement statement = connection.prepareStatement(CUT)) {
            bind(statement, slice, slice.mark().seqFrom());
            statement.setObject(6, SqlTimes.of(time));
            try (ResultSet result = statement.executeQuery()) {
                long bound = result.next() ? result.getLong(1) : slice.mark().seqFrom() - 1;
                return new RangeScan(slice.mark(), slice.low(), slice.high(), bound, 0);
            }
        }
    }

    private List<StoredFrame> oldestCounted(RangeScan slice, long from, int rows) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(OLDEST_COUNTED)) {
            bind(statement, slice, from);
            statement.setInt(7, rows);
            return frames(statement);
        }
    }

    private List<StoredFrame> oldestUncounted(RangeScan slice, StoredFrame after, int rows) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(OLDEST_UNCOUNTED)) {
            statement.setInt(1, slice.mark().device());
            statement.setLong(2, -Times.micros(slice.high()));
            statement.setLong(3, after.epoch());
            statement.setLong(4, after.epoch());
            statement.setLong(5, after.seq());
            statement.setInt(6, rows);
            return frames(statement);
        }
    }

    private static List<StoredFrame> frames(PreparedStatement statement) throws SQLException {
        var found = new ArrayList<StoredFrame>();
        try (ResultSet result = statement.executeQuery()) {
            while (result.next()) {
                found.add(frame(result));
            }
        }
        return found;
    }

    private static void bind(PreparedStatement statement, RangeScan slice, long from) throws SQLException {
        statement.setInt(1, slice.mark().device());
        statement.setLong(2, slice.mark().epoch());
        statement.setLong(3, from);
        statement.setLong(4, slice.bound());
        statement.setObject(5, SqlTimes.of(slice.low()));
        statement.setObject(6, SqlTimes.of(slice.high()));
    }

    private int bindCounted(PreparedStatement statement, List<RangeScan> slices) throws SQLException {
        bindNumbers(statement, slices);
        statement.setArray(3, longs(slices, slice -> slice.mark().epoch()));
        statement.setArray(4, longs(slices, slice -> slice.mark().seqFrom()));
        statement.setArray(5, longs(slices, RangeScan::bound));
        statement.setArray(6, times(slices.stream().map(RangeScan::low).toList()));
        statement.setArray(7, times(slices.stream().map(RangeScan::high).toList()));
        return 7;
    }

    private int bindUncounted(PreparedStatement statement, List<RangeScan> slices) throws SQLException {
        bindNumbers(statement, slices);
        statement.setArray(3, longs(slices, RangeScan::bound));
        statement.setArray(4, longs(slices, RangeScan::tie));
        statement.setArray(5, longs(slices, slice -> -Times.micros(slice.low())));
        return 5;
    }

    private void bindNumbers(PreparedStatement statement, List<RangeScan> slices) throws SQLException {
        var numbers = new Integer[slices.size()];
        var devices = new Integer[slices.size()];
        for (int index = 0; index < numbers.length; index++) {
            numbers[index] = index;
            devices[index] = slices.get(index).mark().device();
        }
        statement.setArray(1, connection.createArrayOf("int4", numbers));
        statement.setArray(2, connection.createArrayOf("int4", devices));
    }

    private Array longs(List<RangeScan> slices, java.util.function.ToLongFunction<RangeScan> value)
            throws SQLException {
        return connection.createArrayOf(
                "int8", slices.stream().map(value::applyAsLong).toArray(Long[]::new));
    }

    private Array times(List<Instant> instants) throws SQLException {
        return connection.createArrayOf(
                "timestamptz", instants.stream().map(Instant::toString).toArray(String[]::new));
    }

    private static StoredFrame frame(ResultSet result) throws SQLException {
        return new StoredFrame(
                result.getInt(2),
                result.getLong(3),
                result.getLong(4),
                SqlTimes.instant(result, 5),
                SqlTimes.instant(result, 6),
                result.getObject(7, UUID.class),
                result.getBytes(8));
    }
}
