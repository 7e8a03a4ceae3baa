package org.perilune.commanddispatcher.lifecycle;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.postgres.SqlTimes;

/** Reads and writes {@link CommandLifecycle}s, many at a time. */
public final class CommandLifecycleTable {
    private CommandLifecycleTable() {}

    /** In the order of their ids, so that two transactions never wait for each other. */
    static Map<UUID, CommandLifecycle> lock(Connection connection, Collection<UUID> ids) throws SQLException {
        var courses = new HashMap<UUID, CommandLifecycle>();
        try (PreparedStatement statement = connection.prepareStatement("""
                select id, state, expires_at, attempts, handed_over, ceil((verification ->> 'within')::numeric)::bigint,
                    device, command_type, requested_by, requested_at, traceparent
                from command where id = any (?) order by id for update
                """)) {
            statement.setArray(1, connection.createArrayOf("uuid", ids.toArray()));
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    UUID id = rows.getObject(1, UUID.class);
                    Long within = rows.getObject(6, Long.class);
                    courses.put(
                            id,
                            new CommandLifecycle(
                                    id,
                                    facts(rows),
                                    CommandState.ofWireName(rows.getString(2)),
                                    SqlTimes.instant(rows, 3),
                                    rows.getInt(4),
                                    rows.getBoolean(5),
                                    within));
                }
            }
        }
        return courses;
    }

    private static CommandLifecycle.Facts facts(ResultSet rows) throws SQLException {
        return new CommandLifecycle.Facts(
                rows.getString(7),
                rows.getString(8),
                rows.getString(9),
                SqlTimes.instant(rows, 10),
                rows.getString(11));
    }

    static void write(Connection connection, List<CommandLifecycle> courses, Instant now) throws SQLException {
        if (courses.isEmpty()) {
            return;
        }
        try (PreparedStatement statement = connection.prepareStatement("""
                update command c set
                    state = v.state,
                    detail = v.detail,
                    results = coalesce(v.results::jsonb, c.results),
                    approved_by = coalesce(v.approved_by, c.approved_by),
                    executed_at = coalesce(v.executed_at, c.executed_at),
                    verify_until = coalesce(v.verify_until, c.verify_until),
                    attempts = v.attempts,
                    next_attempt_at = v.next_attempt_at,
                    changed_at = ?,
                    revision = c.revision + 1
                from unnest(?, ?, ?, ?, ?, ?, ?, ?, ?)
                    as v (id, state, detail, results, approved_by, executed_at, verify_until, attempts, next_attempt_at)
                where c.id = v.id
                """)) {
            statement.setObject(1, SqlTimes.of(now));
            statement.setArray(2, array(connection, "uuid", courses, course -> course.id));
            statement.setArray(3, array(connection, "text", courses, course -> course.state.wireName()));
            statement.setArray(4, array(connection, "text", courses, course -> course.detail));
            statement.setArray(
                    5,
                    array(
                            connection,
                            "text",
                            courses,
                            course -> course.results == null ? null : course.results.toString()));
            statement.setArray(6, array(connection, "text", courses, course -> course.approvedBy));
            statement.setArray(7, array(connection, "timestamptz", courses, course -> SqlTimes.of(course.executedAt)));
            statement.setArray(8, array(connection, "timestamptz", courses, course -> SqlTimes.of(course.verifyUntil)));
            statement.setArray(9, array(connection, "int4", courses, course -> course.attempts));
            statement.setArray(
                    10, array(connection, "timestamptz", courses, course -> SqlTimes.of(course.nextAttemptAt)));
            statement.executeUpdate();
        }
    }

    /** What a column of many rows is made of. */
    @FunctionalInterface
    public interface Column<T> {
        @Nullable
        Object of(T row);
    }

    public static <T> java.sql.Array array(Connection connection, String type, List<T> rows, Column<T> column)
            throws SQLException {
        var values = new @Nullable Object[rows.size()];
        for (int index = 0; index < values.length; index++) {
            values[index] = column.of(rows.get(index));
        }
        return connection.createArrayOf(type, values);
    }
}
