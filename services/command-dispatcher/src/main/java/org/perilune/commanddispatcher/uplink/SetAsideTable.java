package org.perilune.commanddispatcher.uplink;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.perilune.chassis.postgres.SqlTimes;

/** Commands for devices without a link. However many they are, nobody reads them until their device is tried again. */
public final class SetAsideTable {
    /** How long what a device without a link did not answer is left alone, should it not say that it is back. */
    private static final Duration OPEN_DURATION = Duration.ofSeconds(30);

    public static final String OLDEST =
            "select oldest.* from unnest(?) as asked (name) cross join lateral (select " + DueTable.COLUMNS + """
            from command
            where device = asked.name and state in ('accepted', 'approved') and expires_at > ?
                and (not handed_over or next_attempt_at <= ?)
            order by requested_at, id limit ?) as oldest
            """;

    private SetAsideTable() {}

    /** The oldest commands of some devices that none of them can have yet, also those that are set aside. */
    static List<DueCommand> oldest(Connection connection, Collection<String> devices, Instant now, int each)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(OLDEST)) {
            statement.setArray(1, connection.createArrayOf("text", devices.toArray()));
            statement.setObject(2, SqlTimes.of(now));
            statement.setObject(3, SqlTimes.of(now));
            statement.setInt(4, each);
            return DueTable.rows(statement);
        }
    }

    /**
     * Sets aside what is for devices without a link: it is not looked at before it expires, but by {@link #oldest}.
     *
     * @return how many there were, a limit at most
     */
    static int setAside(Connection connection, Collection<String> devices, Instant now, int limit) throws SQLException {
        if (devices.isEmpty()) {
            return 0;
        }
        try (PreparedStatement statement = connection.prepareStatement("""
                update command set next_attempt_at = case
                    when state in ('accepted', 'approved') and not handed_over then expires_at
                    else least(expires_at, ?) end
                where id in (
                    select id from command
                    where next_attempt_at <= ? and expires_at > ? and device = any (?) and state = any (?)
                    order by id limit ? for update skip locked)
                """)) {
            statement.setObject(1, SqlTimes.of(now.plus(OPEN_DURATION)));
            statement.setObject(2, SqlTimes.of(now));
            statement.setObject(3, SqlTimes.of(now));
            statement.setArray(4, connection.createArrayOf("text", devices.toArray()));
            statement.setArray(5, connection.createArrayOf("text", DueTable.SENDABLE));
            statement.setInt(6, limit);
            return statement.executeUpdate();
        }
    }

    /** Devices for which something is set aside. */
    static List<String> waitedFor(Connection connection, Instant now) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("""
                select distinct device from command
                where state in ('accepted', 'approved') and not handed_over and next_attempt_at > ?
                """)) {
            statement.setObject(1, SqlTimes.of(now));
            try (ResultSet rows = statement.executeQuery()) {
                var devices = new ArrayList<String>();
                while (rows.next()) {
                    devices.add(rows.getString(1));
                }
                return devices;
            }
        }
    }
}
