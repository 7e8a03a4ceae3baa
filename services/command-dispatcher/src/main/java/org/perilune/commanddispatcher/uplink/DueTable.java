package org.perilune.commanddispatcher.uplink;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.perilune.chassis.json.Json;
import org.perilune.chassis.postgres.SqlTimes;
import org.perilune.commanddispatcher.lifecycle.CommandLifecycle;
import org.perilune.commanddispatcher.lifecycle.CommandLifecycleTable;
import org.perilune.commanddispatcher.lifecycle.CommandState;

/** What the sender asks and notes of commands, many at a time. */
final class DueTable {
    private static final Object[] UNSENT = {"accepted", "approved"};
    static final Object[] SENDABLE = {"accepted", "approved", "sent", "received", "executing"};

    private DueTable() {}

    /** Of a {@link DueCommand}. */
    static final String COLUMNS = """
            id, device, command_type, parameters::text, significance = 'critical', repeatable, expires_at, traceparent,
            state, attempts, handed_over
            """;

    /**
     * Oldest request first, so that a device gets its commands in order.
     *
     * @param again also what was sent and not answered
     */
    static List<DueCommand> due(
            Connection connection, Collection<String> withoutDevices, boolean again, Instant now, int limit)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("select " + COLUMNS + """
                from command
                where next_attempt_at <= ? and expires_at > ?
                    and state = any (?) and device <> all (?)
                order by requested_at, id limit ?
                """)) {
            statement.setObject(1, SqlTimes.of(now));
            statement.setObject(2, SqlTimes.of(now));
            statement.setArray(3, connection.createArrayOf("text", again ? SENDABLE : UNSENT));
            statement.setArray(4, connection.createArrayOf("text", withoutDevices.toArray()));
            statement.setInt(5, limit);
            return rows(statement);
        }
    }

    static List<DueCommand> rows(PreparedStatement statement) throws SQLException {
        try (ResultSet rows = statement.executeQuery()) {
            var commands = new ArrayList<DueCommand>();
            while (rows.next()) {
                commands.add(row(rows));
            }
            return commands;
        }
    }

    private static DueCommand row(ResultSet rows) throws SQLException {
        try {
            return new DueCommand(
                    rows.getObject(1, UUID.class),
                    rows.getString(2),
                    rows.getString(3),
                    Json.mapper().readTree(rows.getString(4)),
                    rows.getBoolean(5),
                    rows.getBoolean(6),
                    SqlTimes.instant(rows, 7),
                    rows.getString(8),
                    CommandState.ofWireName(rows.getString(9)),
                    rows.getInt(10),
                    rows.getBoolean(11));
        } catch (JsonProcessingException impossible) {
            throw new SQLException("What PostgreSQL keeps as JSON is none", impossible);
        }
    }

    /** In the order of their ids, as everybody does who changes several: so nobody waits in a circle. */
    static void lock(Connection connection, List<DueCommand> commands) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("select id from command where id = any (?) order by id for update")) {
            statement.setArray(1, CommandLifecycleTable.array(connection, "uuid", commands, DueCommand::id));
            statement.execute();
        }
    }

    /**
     * Notes that commands are about to be handed to the broker: from now on they cannot be called back, and are looked
     * at again should the sender not live to note what became of them.
     *
     * @return those that are still to be sent
     */
    static Set<UUID> claim(Connection connection, List<DueCommand> commands, Instant now) throws SQLException {
        if (commands.stream().anyMatch(DueCommand::handedOver)) {
            lock(connection, commands); // its device may just be answering
        }
        try (PreparedStatement statement = connection.prepareStatement("""
                update command c set attempts = c.attempts + 1, handed_over = true, next_attempt_at = v.again
                from unnest(?, ?) as v (id, again)
                where c.id = v.id and c.expires_at > ?
                    and c.state in ('accepted', 'approved', 'sent', 'received', 'executing')
                returning c.id
                """)) {
            statement.setArray(1, CommandLifecycleTable.array(connection, "uuid", commands, DueCommand::id));
            statement.setArray(
                    2,
                    CommandLifecycleTable.array(
                            connection, "timestamptz", commands, command -> SqlTimes.of(again(command, now))));
            statement.setObject(3, SqlTimes.of(now));
            try (ResultSet rows = statement.executeQuery()) {
                var claimed = new HashSet<UUID>();
                while (rows.next()) {
                    claimed.add(rows.getObject(1, UUID.class));
                }
                return claimed;
            }
        }
    }

    private static Instant again(DueCommand command, Instant now) {
        int attempts = switch (command.state()) {
            case SENT -> command.attempts() + 1;
            case RECEIVED, EXECUTING -> Integer.MAX_VALUE;
            default -> 1;
        };
        return CommandLifecycle.retry(attempts, command.expiresAt(), now);
    }

    /** Commands that the device did not get: they are due as soon as it can be reached. */
    static void takeBack(Connection connection, List<DueCommand> commands, Instant now) throws SQLException {
        if (commands.isEmpty()) {
            return;
        }
        try (PreparedStatement statement = connection.prepareStatement("""
                update command c set next_attempt_at = ?, handed_over = v.handed_over
                from unnest(?, ?) as v (id, handed_over)
                where c.id = v.id and c.state in ('accepted', 'approved')
                """)) {
            statement.setObject(1, SqlTimes.of(now));
            statement.setArray(2, CommandLifecycleTable.array(connection, "uuid", commands, DueCommand::id));
            // What was perhaps delivered by an earlier try stays so.
            statement.setArray(3, CommandLifecycleTable.array(connection, "bool", commands, DueCommand::handedOver));
            statement.executeUpdate();
        }
    }

    /** Commands of which nobody knows whether the device got them: they are due at once. */
    static void again(Connection connection, List<DueCommand> commands, Instant now) throws SQLException {
        if (commands.isEmpty()) {
            return;
        }
        try (PreparedStatement statement = connection.prepareStatement("""
                update command set next_attempt_at = ?
                where id = any (?) and state in ('accepted', 'approved', 'sent', 'received', 'executing')
                """)) {
            statement.setObject(1, SqlTimes.of(now));
            statement.setArray(2, CommandLifecycleTable.array(connection, "uuid", commands, DueCommand::id));
            statement.executeUpdate();
        }
    }

    /** What the sender before left in the air is due first, before what came after it. */
    static void takeOver(Connection connection, Instant now) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("""
                update command set next_attempt_at = ? where id in (
                    select id from command
                    where state in ('accepted', 'approved') and handed_over and next_attempt_at > ? and expires_at > ?
                    order by id for update)
                """)) {
            statement.setObject(1, SqlTimes.of(now));
            statement.setObject(2, SqlTimes.of(now));
            statement.setObject(3, SqlTimes.of(now));
            statement.executeUpdate();
        }
    }

    /**
     * What the device may have lost with its old connection is due now that it has a new one. What is set aside need not
     * be: it is found by its device.
     */
    static void reconnected(Connection connection, Collection<String> devices, Instant now) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("""
                update command set next_attempt_at = ? where id in (
                    select id from command
                    where device = any (?) and state in ('accepted', 'approved', 'sent') and next_attempt_at > ?
                        and expires_at > ? and handed_over
                    order by id for update)
                """)) {
            statement.setObject(1, SqlTimes.of(now));
            statement.setArray(2, connection.createArrayOf("text", devices.toArray()));
            statement.setObject(3, SqlTimes.of(now));
            statement.setObject(4, SqlTimes.of(now));
            statement.executeUpdate();
        }
    }
}
