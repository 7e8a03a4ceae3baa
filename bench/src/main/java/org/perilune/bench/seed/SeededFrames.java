package org.perilune.bench.seed;

import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.perilune.bench.load.FrameTemplate;

/** Years of frames in minutes: written straight into PostgreSQL, as the service would have. */
public final class SeededFrames {
    private static final int BATCH = 10_000;

    private SeededFrames() {}

    /** @return the device's id; a device of that name is made where there is none */
    public static int device(Connection connection, String name) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement("""
                insert into device (name, type, report_interval_millis) values (?, 'bench', 1000)
                on conflict (name) do update set type = 'bench' returning id""")) {
            insert.setString(1, name);
            try (ResultSet row = insert.executeQuery()) {
                row.next();
                return row.getInt(1);
            }
        }
    }

    /** Frames with seq 1 to {@code count}, the last at {@code endMicros}, and their marks. */
    public static void frames(
            Connection connection, int device, long epoch, long count, long endMicros, long stepMicros)
            throws SQLException {
        var template = new FrameTemplate();
        var buffer = ByteBuffer.allocate(BATCH * 512);
        for (long seq = 1; seq <= count; ) {
            BareCopy.header(buffer);
            long last = Math.min(count, seq + BATCH - 1);
            for (; seq <= last; seq++) {
                long time = endMicros - (count - seq) * stepMicros;
                BareCopy.row(buffer, device, epoch, seq, template.frame(seq, time), time);
            }
            buffer.putShort((short) -1);
            BareCopy.copy(connection, "frame", buffer);
        }
        try (PreparedStatement marks = connection.prepareStatement("""
                insert into mark (device_id, minute, epoch, seq_from, seq_to, rolled)
                select device_id, date_trunc('minute', device_time), epoch, min(seq), max(seq), true
                from frame where device_id = ? and epoch = ? group by 1, 2, 3""")) {
            marks.setInt(1, device);
            marks.setLong(2, epoch);
            marks.executeUpdate();
        }
    }

    /** Roll-ups of one parameter up to {@code endMicros}, of values once a second. */
    public static void rollups(Connection connection, int device, String parameter, int days, long endMicros)
            throws SQLException {
        int id;
        try (PreparedStatement insert = connection.prepareStatement("""
                insert into parameter (device_id, name, unit) values (?, ?, 'km')
                on conflict (device_id, name) do update set unit = 'km' returning id""")) {
            insert.setInt(1, device);
            insert.setString(2, parameter);
            try (ResultSet row = insert.executeQuery()) {
                row.next();
                id = row.getInt(1);
            }
        }
        for (int level : new int[] {60, 900, 14_400}) {
            try (PreparedStatement insert = connection.prepareStatement("""
                    insert into rollup
                    select ?, ?, ?, to_timestamp(bucket), 110, 209.9, 159.95 * ?, ?
                    from generate_series(?::bigint, ?::bigint, ?) bucket""")) {
                long end = endMicros / 1_000_000 / level * level;
                insert.setInt(1, device);
                insert.setInt(2, id);
                insert.setInt(3, level);
                insert.setInt(4, level);
                insert.setInt(5, level);
                insert.setLong(6, end - days * 86_400L / level * level);
                insert.setLong(7, end - level);
                insert.setInt(8, level);
                insert.executeUpdate();
            }
        }
        try (var statement = connection.createStatement()) {
            statement.execute("analyze frame, mark, rollup");
        }
    }
}
