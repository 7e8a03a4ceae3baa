package org.perilune.telemetry.store;

import com.google.protobuf.InvalidProtocolBufferException;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.function.ToLongFunction;
import org.perilune.contracts.v1.Frame;
import org.postgresql.PGStatement;

/**
 * Reads all frames of many marks of one device through a cursor, in no order and in little memory. Holds a connection
 * within a transaction, without which the driver would fetch everything at once; one call at a time.
 */
public final class FrameScan {
    /** A frame may have 256 KiB: these are 50 MB at worst. */
    private static final int FETCH_ROWS = 200;

    /** The offset keeps the planner from joining otherwise than mark by mark, along the key. */
    private static final String COUNTED = """
            select c.mark, f.payload, date_part('epoch', f.device_time)
            from unnest(?::int[], ?::bigint[], ?::bigint[], ?::bigint[], ?::timestamptz[], ?::timestamptz[])
                as c(mark, epoch, seq_from, seq_to, low, high)
            cross join lateral (
                select payload, device_time from frame
                where device_id = ? and epoch = c.epoch and seq between c.seq_from and c.seq_to
                    and device_time >= c.low and device_time < c.high
                offset 0
            ) f
            """;

    private static final String UNCOUNTED = """
            select c.mark, f.payload, date_part('epoch', f.device_time)
            from unnest(?::int[], ?::bigint[], ?::bigint[]) as c(mark, after, last)
            cross join lateral (
                select payload, device_time from frame
                where device_id = ? and epoch > c.after and epoch <= c.last
                offset 0
            ) f
            """;

    private final Connection connection;

    public FrameScan(Connection connection) {
        this.connection = connection;
    }

    /** Takes frames. */
    public interface Sink {
        /**
         * @param mark its place in the list of marks
         * @return false when no more are wanted
         */
        boolean take(int mark, long deviceMicros, Frame frame);
    }

    /**
     * @param marks of one device
     * @param from earliest device time
     * @param to device times are before this
     * @return false if the sink wanted no more
     */
    public boolean scan(int device, List<TimeIndexEntry> marks, Instant from, Instant to, Sink sink)
            throws SQLException {
        if (connection.getAutoCommit()) {
            throw new IllegalStateException("There is no transaction");
        }
        List<Place> counted = places(marks, from, to, true);
        if (!counted.isEmpty()) {
            try (PreparedStatement statement = connection.prepareStatement(COUNTED)) {
                statement.setArray(1, numbers(counted));
                statement.setArray(2, longs(counted, place -> place.slice.mark().epoch()));
                statement.setArray(3, longs(counted, place -> place.slice.mark().seqFrom()));
                statement.setArray(4, longs(counted, place -> place.slice.bound()));
                statement.setArray(5, times(counted.stream().map(place -> place.slice.low())));
                statement.setArray(6, times(counted.stream().map(place -> place.slice.high())));
                statement.setInt(7, device);
                if (!read(statement, sink)) {
                    return false;
                }
            }
        }
        List<Place> uncounted = places(marks, from, to, false);
        if (uncounted.isEmpty()) {
            return true;
        }
        try (PreparedStatement statement = connection.prepareStatement(UNCOUNTED)) {
            statement.setArray(1, numbers(uncounted));
            statement.setArray(2, longs(uncounted, place -> place.slice.bound()));
            statement.setArray(3, longs(uncounted, place -> -Times.micros(place.slice.low())));
            statement.setInt(4, device);
            return read(statement, sink);
        }
    }

    private record Place(int mark, RangeScan slice) {}

    private static List<Place> places(List<TimeIndexEntry> marks, Instant from, Instant to, boolean counted) {
        return java.util.stream.IntStream.range(0, marks.size())
                .filter(index -> marks.get(index).counts() == counted)
                .mapToObj(index -> new Place(index, RangeScan.of(marks.get(index), from, to)))
                .toList();
    }

    private static boolean read(PreparedStatement statement, Sink sink) throws SQLException {
        statement.setFetchSize(FETCH_ROWS);
        // Payloads come as they are, not as hex digits, from the first time on.
        statement.unwrap(PGStatement.class).setPrepareThreshold(-1);
        try (ResultSet result = statement.executeQuery()) {
            while (result.next()) {
                Frame frame = decode(result.getBytes(2));
                long micros = frame.getTimeMicros();
                if (micros == 0) {
                    micros = Math.round(result.getDouble(3) * 1e6);
                }
                if (!sink.take(result.getInt(1), micros, frame)) {
                    return false;
                }
            }
            return true;
        }
    }

    private static Frame decode(byte[] payload) {
        try {
            return Frame.parseFrom(payload);
        } catch (InvalidProtocolBufferException failure) {
            throw new IllegalStateException("A stored frame cannot be decoded", failure);
        }
    }

    private Array numbers(List<Place> places) throws SQLException {
        return connection.createArrayOf("int4", places.stream().map(Place::mark).toArray(Integer[]::new));
    }

    private Array longs(List<Place> places, ToLongFunction<Place> value) throws SQLException {
        return connection.createArrayOf(
                "int8", places.stream().map(value::applyAsLong).toArray(Long[]::new));
    }

    private Array times(java.util.stream.Stream<Instant> instants) throws SQLException {
        return connection.createArrayOf(
                "timestamptz", instants.map(Instant::toString).toArray(String[]::new));
    }
}
