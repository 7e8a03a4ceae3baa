package org.perilune.telemetry.ingest;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.perilune.contracts.v1.Connect;
import org.perilune.contracts.v1.LastWill;
import org.perilune.contracts.v1.Parameter;
import org.perilune.telemetry.store.DeviceRegistry;
import org.perilune.telemetry.store.Reject;

/**
 * What devices say of themselves, within the caller's transaction. All of it can be kept twice, and in any order as far
 * as sessions and times of receipt say which is newer.
 */
final class DeviceStore {
    private final DeviceRegistry devices;

    DeviceStore(DeviceRegistry devices) {
        this.devices = devices;
    }

    /** Nothing where a newer connection is known. */
    void connect(Connection connection, String device, Connect connect, long received) throws SQLException {
        if (announce(connection, device, connect, received)) {
            parameters(connection, devices.id(device), connect.getParametersList());
        }
    }

    /**
     * Newer is what was received later, or has a greater session: a device that was flashed anew counts from the
     * beginning again, and the broker's order of connections goes for it. A will ends the connection unless it came
     * before this one, or is of an older session.
     *
     * @return false where a newer connection is known
     */
    private boolean announce(Connection connection, String device, Connect connect, long received) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("""
                update device d set
                    type = ?, report_interval_millis = ?, recording = ?, silence_from = ?, silence_until = ?,
                    connected_at = case
                        when d.session = n.session and n.session <> 0 and d.connected_at is not null and
                            (d.will_at is null or d.will_at > n.received) then d.connected_at
                        else greatest(d.connected_at, n.received) end,
                    will_at = case
                        when d.will_at > n.received and (d.will_session = 0 or d.will_session >= n.session)
                        then d.will_at end,
                    session = n.session
                from (values (cast(? as bigint), cast(? as timestamptz))) n (session, received)
                where d.id = ? and (d.connected_at is null or n.received >= d.connected_at or n.session > d.session)
                """)) {
            statement.setString(1, connect.getDeviceType());
            statement.setInt(2, Math.max(0, connect.getReportIntervalMillis()));
            statement.setBoolean(3, connect.getRecording());
            statement.setObject(4, optionalTime(connect.getSilenceFromMicros()));
            statement.setObject(5, optionalTime(connect.getSilenceUntilMicros()));
            statement.setLong(6, connect.getSession());
            statement.setObject(7, Reject.time(received));
            statement.setInt(8, devices.id(device));
            return statement.executeUpdate() == 1;
        }
    }

    private static @Nullable OffsetDateTime optionalTime(long micros) {
        return micros == 0 ? null : Reject.time(micros);
    }

    private static void parameters(Connection connection, int device, List<Parameter> parameters) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("""
                insert into parameter (device_id, name, unit, description,
                    warning_low, warning_high, critical_low, critical_high)
                values (?, ?, ?, ?, ?, ?, ?, ?)
                on conflict (device_id, name) do update set
                    unit = excluded.unit, description = excluded.description,
                    warning_low = excluded.warning_low, warning_high = excluded.warning_high,
                    critical_low = excluded.critical_low, critical_high = excluded.critical_high
                """)) {
            for (Parameter parameter : parameters) {
                statement.setInt(1, device);
                statement.setString(2, parameter.getName());
                statement.setString(3, parameter.getUnit());
                statement.setString(4, parameter.getDescription());
                statement.setObject(5, parameter.hasWarningLow() ? parameter.getWarningLow() : null);
                statement.setObject(6, parameter.hasWarningHigh() ? parameter.getWarningHigh() : null);
                statement.setObject(7, parameter.hasCriticalLow() ? parameter.getCriticalLow() : null);
                statement.setObject(8, parameter.hasCriticalHigh() ? parameter.getCriticalHigh() : null);
                statement.addBatch();
            }
            statement.executeBatch();
        }
    }

    /**
     * A will of an older session is stale: the device is back already. One without a session, as stock clients leave it,
     * ends whatever was received before it, each time anew.
     */
    void lastWill(Connection connection, String device, LastWill will, long received) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("""
                update device d set
                    will_at = case when d.will_session = w.session and w.session <> 0
                        then coalesce(d.will_at, w.received) else greatest(d.will_at, w.received) end,
                    will_session = w.session
                from (values (cast(? as bigint), cast(? as timestamptz))) w (session, received)
                where d.id = ? and (w.session >= d.session
                    or (w.session = 0 and (d.connected_at is null or w.received >= d.connected_at)))
                """)) {
            statement.setLong(1, will.getSession());
            statement.setObject(2, Reject.time(received));
            statement.setInt(3, devices.id(device));
            statement.executeUpdate();
        }
    }

    /** A device that connects learns at once how far its journals are stored. */
    void progress(Connection connection, String device, Watermarks watermarks) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(
                "select epoch, upto from progress where device_id = ? order by epoch desc limit 3")) {
            statement.setInt(1, devices.id(device));
            try (ResultSet result = statement.executeQuery()) {
                while (result.next()) {
                    watermarks.offerIfNoneNewer(device, result.getLong(1), result.getLong(2));
                }
            }
        }
    }
}
