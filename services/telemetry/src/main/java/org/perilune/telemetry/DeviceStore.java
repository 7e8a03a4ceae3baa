package org.perilune.telemetry;

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

/**
 * What devices say of themselves, within the caller's transaction. All of it can be kept twice, and in any order as far
 * as sessions say which is newer.
 */
final class DeviceStore {
    private final DeviceRegistry devices;

    DeviceStore(DeviceRegistry devices) {
        this.devices = devices;
    }

    /** Nothing where a newer session is known. */
    void connect(Connection connection, String device, Connect connect, long received) throws SQLException {
        if (announce(connection, device, connect, received)) {
            parameters(connection, devices.id(device), connect.getParametersList());
        }
    }

    /** False where a newer session is known. */
    private boolean announce(Connection connection, String device, Connect connect, long received) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("""
                update device set
                    type = ?, report_interval_millis = ?,
                    connected_at = case when session = ? and connected_at is not null then connected_at else ? end,
                    will_at = case when session = ? then will_at end,
                    session = ?, silence_from = ?, silence_until = ?
                where id = ? and session <= ?
                """)) {
            statement.setString(1, connect.getDeviceType());
            statement.setInt(2, Math.max(0, connect.getReportIntervalMillis()));
            statement.setLong(3, connect.getSession());
            statement.setObject(4, Reject.time(received));
            statement.setLong(5, connect.getSession());
            statement.setLong(6, connect.getSession());
            statement.setObject(7, optionalTime(connect.getSilenceFromMicros()));
            statement.setObject(8, optionalTime(connect.getSilenceUntilMicros()));
            statement.setInt(9, devices.id(device));
            statement.setLong(10, connect.getSession());
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

    /** A will of an older session is stale: the device is back already. */
    void lastWill(Connection connection, String device, LastWill will, long received) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("""
                update device set
                    will_at = coalesce(case when session = ? then will_at end, ?), session = ?
                where id = ? and session <= ?
                """)) {
            statement.setLong(1, will.getSession());
            statement.setObject(2, Reject.time(received));
            statement.setLong(3, will.getSession());
            statement.setInt(4, devices.id(device));
            statement.setLong(5, will.getSession());
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
