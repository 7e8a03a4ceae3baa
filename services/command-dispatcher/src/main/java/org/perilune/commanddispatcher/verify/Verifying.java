package org.perilune.commanddispatcher.verify;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.json.Json;
import org.perilune.chassis.postgres.SqlTimes;
import org.perilune.commanddispatcher.dictionary.Expectation;
import org.perilune.commanddispatcher.lifecycle.CommandLifecycle;

/**
 * A command that its device says is done.
 *
 * @param began the device's clock when it first spoke of the command
 * @param executedAt the device's clock when it was done
 * @param valueBefore null where it is not known (yet), or of no interest
 * @param giveUp when it ends, whatever telemetry shows or does not
 */
record Verifying(
        UUID id,
        String device,
        Expectation expectation,
        @Nullable Double valueBefore,
        Instant began,
        Instant executedAt,
        Instant giveUp) {
    private static final int AT_ONCE = 1_000;

    /** When it must have been shown, by the device's clock. */
    Instant shownUntil() {
        return executedAt.plus(expectation.within());
    }

    boolean lacksValueBefore() {
        return expectation.isAboutChange() && valueBefore == null;
    }

    Verifying withValueBefore(double value) {
        return new Verifying(id, device, expectation, value, began, executedAt, giveUp);
    }

    /** Those that end first, should they be too many: none ends late for others that wait. */
    static List<UUID> ids(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("""
                select id from command where state = 'verifying'
                order by greatest(expires_at, verify_until) limit ?
                """)) {
            statement.setInt(1, AT_ONCE);
            try (ResultSet rows = statement.executeQuery()) {
                var ids = new ArrayList<UUID>();
                while (rows.next()) {
                    ids.add(rows.getObject(1, UUID.class));
                }
                return ids;
            }
        }
    }

    /** Those of them that still wait. */
    static List<Verifying> all(Connection connection, List<UUID> ids) throws SQLException {
        if (ids.isEmpty()) {
            return List.of();
        }
        try (PreparedStatement statement = connection.prepareStatement("""
                select id, device, verification::text, value_before,
                    coalesce((select min(device_time) from command_history h
                        where h.command_id = c.id and h.by = 'device'), executed_at),
                    executed_at, greatest(expires_at, verify_until) + make_interval(secs => ?)
                from command c where id = any (?) and state = 'verifying'
                """)) {
            statement.setDouble(1, (double) CommandLifecycle.GRACE.toSeconds());
            statement.setArray(2, connection.createArrayOf("uuid", ids.toArray()));
            try (ResultSet rows = statement.executeQuery()) {
                var all = new ArrayList<Verifying>();
                while (rows.next()) {
                    all.add(new Verifying(
                            rows.getObject(1, UUID.class),
                            rows.getString(2),
                            Expectation.of(Json.mapper().readTree(rows.getString(3))),
                            rows.getObject(4, Double.class),
                            SqlTimes.instant(rows, 5),
                            SqlTimes.instant(rows, 6),
                            SqlTimes.instant(rows, 7)));
                }
                return all;
            } catch (JsonProcessingException impossible) {
                throw new SQLException("What PostgreSQL keeps as JSON is none", impossible);
            }
        }
    }

    /** Survives a restart: what telemetry showed before is harder to tell later. */
    static void keepValueBefore(Connection connection, UUID command, double value) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(
                "update command set value_before = ? where id = ? and state = 'verifying'")) {
            statement.setDouble(1, value);
            statement.setObject(2, command);
            statement.executeUpdate();
        }
    }
}
