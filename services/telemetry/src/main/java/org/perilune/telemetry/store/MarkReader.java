package org.perilune.telemetry.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.postgres.SqlTimes;

/** Reads marks. Holds a connection; one call at a time. */
public final class MarkReader {
    private static final String COLUMNS = "d.id, d.name, m.minute, m.epoch, m.seq_from, m.seq_to";

    private static final String NEWEST = """
            select %s
            from device d
            cross join lateral (
                select * from mark
                where device_id = d.id and minute between ? and ?
                order by device_id desc, minute desc, epoch desc
                limit ?
            ) m
            where ?::text is null or d.name = ?
            order by m.minute desc, d.id, m.epoch desc
            """.formatted(COLUMNS);

    private static final String OLDEST = """
            select %s
            from mark m join device d on d.id = m.device_id
            where m.device_id = ? and m.minute between ? and ? and (m.minute, m.epoch) > (?, ?)
            order by m.device_id, m.minute, m.epoch
            limit ?
            """.formatted(COLUMNS);

    private static final String UNROLLED = """
            select %s
            from mark m join device d on d.id = m.device_id
            where m.device_id = ? and m.minute between ? and ? and not m.rolled
            order by m.minute desc, m.epoch desc
            limit ?
            """.formatted(COLUMNS);

    private static final String OF_MINUTES = """
            select %s
            from mark m join device d on d.id = m.device_id
            where m.device_id = ? and m.minute = any(?)
            order by m.minute, m.epoch
            """.formatted(COLUMNS);

    private final Connection connection;

    public MarkReader(Connection connection) {
        this.connection = connection;
    }

    /** Up to {@code each} marks of each device, by minute, newest first. */
    public List<TimeIndexEntry> newest(@Nullable String device, Instant from, Instant upto, int each)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(NEWEST)) {
            statement.setObject(1, SqlTimes.of(Times.minute(from)));
            statement.setObject(2, SqlTimes.of(Times.minute(upto)));
            statement.setInt(3, each);
            statement.setString(4, device);
            statement.setString(5, device);
            return marks(statement);
        }
    }

    /** Marks of a device, oldest first, that come after {@code minute} and {@code epoch}. */
    public List<TimeIndexEntry> oldest(int device, Instant from, Instant upto, Instant minute, long epoch, int limit)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(OLDEST)) {
            statement.setInt(1, device);
            statement.setObject(2, SqlTimes.of(Times.minute(from)));
            statement.setObject(3, SqlTimes.of(Times.minute(upto)));
            statement.setObject(4, SqlTimes.of(minute));
            statement.setLong(5, epoch);
            statement.setInt(6, limit);
            return marks(statement);
        }
    }

    /** Marks whose frames the roll-ups may lack, newest first. */
    public List<TimeIndexEntry> unrolled(int device, Instant from, Instant upto, int limit) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(UNROLLED)) {
            statement.setInt(1, device);
            statement.setObject(2, SqlTimes.of(Times.minute(from)));
            statement.setObject(3, SqlTimes.of(Times.minute(upto)));
            statement.setInt(4, limit);
            return marks(statement);
        }
    }

    public List<TimeIndexEntry> ofMinutes(int device, List<Instant> minutes) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(OF_MINUTES)) {
            statement.setInt(1, device);
            statement.setArray(
                    2,
                    connection.createArrayOf(
                            "timestamptz",
                            minutes.stream().map(Instant::toString).toArray(String[]::new)));
            return marks(statement);
        }
    }

    private static List<TimeIndexEntry> marks(PreparedStatement statement) throws SQLException {
        var found = new ArrayList<TimeIndexEntry>();
        try (ResultSet result = statement.executeQuery()) {
            while (result.next()) {
                long seqTo = result.getLong(6);
                boolean open = result.wasNull();
                found.add(new TimeIndexEntry(
                        result.getInt(1),
                        result.getString(2),
                        SqlTimes.instant(result, 3),
                        result.getLong(4),
                        result.getLong(5),
                        open ? Long.MAX_VALUE : seqTo));
            }
        }
        return found;
    }
}
