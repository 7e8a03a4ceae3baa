package org.perilune.telemetry.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What could not be stored, with its reason.
 *
 * @param deviceId 0 where the device is unknown
 * @param seq 0 where it cannot be told
 * @param state what the frame belongs to, where that can be told
 * @param entry the stream entry and place it came from: it is stored once
 */
public record Reject(
        int deviceId,
        long receivedMicros,
        String device,
        String topic,
        String reason,
        @Nullable EpochState state,
        long seq,
        byte[] payload,
        String entry) {

    /** Within the caller's transaction; counts what is new. */
    public static void write(Connection connection, List<Reject> rejects, Daily daily) throws SQLException {
        if (rejects.isEmpty()) {
            return;
        }
        try (PreparedStatement statement = connection.prepareStatement("""
                insert into reject (received, device, topic, reason, epoch, seq, payload, entry)
                values (?, ?, ?, ?, ?, ?, ?, ?) on conflict (entry) do nothing
                """)) {
            for (Reject reject : rejects) {
                EpochState state = reject.seq > 0 ? reject.state : null;
                statement.setObject(1, time(reject.receivedMicros));
                statement.setString(2, clean(reject.device));
                statement.setString(3, clean(reject.topic));
                statement.setString(4, clean(reject.reason));
                statement.setObject(
                        5, state == null ? null : Long.valueOf(state.key().epoch()), java.sql.Types.BIGINT);
                statement.setObject(6, state == null ? null : Long.valueOf(reject.seq), java.sql.Types.BIGINT);
                statement.setBytes(7, reject.payload);
                statement.setString(8, reject.entry);
                statement.addBatch();
            }
            int[] counts = statement.executeBatch();
            for (int index = 0; index < counts.length; index++) {
                int device = rejects.get(index).deviceId;
                if (counts[index] == 1 && device != 0) {
                    daily.rejected(device, 1);
                }
            }
        }
    }

    public static OffsetDateTime time(long micros) {
        return Instant.ofEpochSecond(Math.floorDiv(micros, 1_000_000), Math.floorMod(micros, 1_000_000) * 1_000L)
                .atOffset(ZoneOffset.UTC);
    }

    /** PostgreSQL's text holds no zero character. */
    private static String clean(String text) {
        return text.replace('\0', '\ufffd');
    }
}
