package org.perilune.telemetry.device;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.perilune.telemetry.store.ClockTolerance;

/**
 * What a row of {@code device}, joined to {@code latest}, tells of a device's life.
 *
 * @param clockWrongBy by how much its clock is ahead; empty where it is not wrong for all we know
 */
record DeviceLiveness(DeviceStates.Signs signs, @Nullable Instant firstSeen, Optional<Duration> clockWrongBy) {
    /** The row needs the columns of the signs, {@code first_seen}, and {@code received} and its time. */
    static DeviceLiveness read(ResultSet result, ClockTolerance clocks) throws SQLException {
        Instant connected = instant(result, "connected_at");
        Instant received = instant(result, "received");
        Instant contact = received == null || (connected != null && connected.isAfter(received)) ? connected : received;
        var signs = new DeviceStates.Signs(
                contact,
                Duration.ofMillis(result.getInt("report_interval_millis")),
                connected,
                instant(result, "will_at"),
                result.getLong("will_session") != 0,
                result.getBoolean("recording"),
                instant(result, "silence_from"),
                instant(result, "silence_until"));
        Instant time = instant(result, "received_time");
        return new DeviceLiveness(
                signs,
                instant(result, "first_seen"),
                received == null || time == null ? Optional.empty() : clocks.wrongBy(time, received));
    }

    static @Nullable Instant instant(ResultSet result, String column) throws SQLException {
        OffsetDateTime time = result.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }
}
