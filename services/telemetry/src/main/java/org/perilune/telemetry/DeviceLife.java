package org.perilune.telemetry;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import org.jspecify.annotations.Nullable;

/** What a row of {@code device}, joined to {@code latest}, tells of a device's life. */
record DeviceLife(DeviceStates.Signs signs, @Nullable Instant firstSeen) {
    /** The row needs the columns of the signs, {@code first_seen}, and {@code received} of the newest frame. */
    static DeviceLife read(ResultSet result) throws SQLException {
        Instant connected = instant(result, "connected_at");
        Instant received = instant(result, "received");
        Instant contact = received == null || (connected != null && connected.isAfter(received)) ? connected : received;
        var signs = new DeviceStates.Signs(
                contact,
                Duration.ofMillis(result.getInt("report_interval_millis")),
                connected,
                instant(result, "will_at"),
                instant(result, "silence_from"),
                instant(result, "silence_until"));
        return new DeviceLife(signs, instant(result, "first_seen"));
    }

    static @Nullable Instant instant(ResultSet result, String column) throws SQLException {
        OffsetDateTime time = result.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }
}
