package org.perilune.telemetry.ingest;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.perilune.chassis.postgres.SqlFailures;
import org.perilune.telemetry.store.Daily;
import org.perilune.telemetry.store.FrameBatch;
import org.perilune.telemetry.store.FrameCopy;
import org.perilune.telemetry.store.Marks;
import org.perilune.telemetry.store.Reject;

/**
 * Stores a batch in one transaction: marks, frames, rejects and the day's counts, all or nothing. Plain COPY for frames
 * of devices that count, since that is twice as fast: what they sent before is mostly known, and only where COPY meets
 * one that is there already all is done again by way of a staging table. Frames of devices that do not count go that way
 * at once, since nobody knows which of them are there. Not safe for threads.
 */
final class IngestTransaction {
    private final Clock clock;
    private final FrameCopy copy = new FrameCopy();

    IngestTransaction(Clock clock) {
        this.clock = clock;
    }

    /**
     * Commits, or rolls back and throws.
     *
     * @param known duplicates that were recognised without asking the database
     * @return what was counted
     */
    Daily store(
            Connection connection, FrameBatch batch, int low, int high, Marks marks, List<Reject> rejects, Daily known)
            throws SQLException {
        try {
            Daily daily = known.copy();
            marks.write(connection);
            int notCounted = batch.notCounted(low, high);
            if (low + notCounted < high) {
                copy.copy(connection, "frame", batch, low, high, FrameCopy.Rows.COUNTED);
            }
            if (notCounted > 0) {
                storeStaged(connection, batch, low, high, FrameCopy.Rows.NOT_COUNTED, daily);
            }
            finish(connection, rejects, daily);
            return daily;
        } catch (SQLException failure) {
            connection.rollback();
            if (!SqlFailures.UNIQUE_VIOLATION.equals(failure.getSQLState())) {
                throw failure;
            }
        }
        try {
            Daily daily = known.copy();
            marks.write(connection);
            storeStaged(connection, batch, low, high, FrameCopy.Rows.ALL, daily);
            finish(connection, rejects, daily);
            return daily;
        } catch (SQLException failure) {
            connection.rollback();
            throw failure;
        }
    }

    private void finish(Connection connection, List<Reject> rejects, Daily daily) throws SQLException {
        Reject.write(connection, rejects, daily);
        daily.write(connection, clock);
        connection.commit();
    }

    private void storeStaged(
            Connection connection, FrameBatch batch, int low, int high, FrameCopy.Rows rows, Daily daily)
            throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("set local client_min_messages = warning");
            statement.execute("create temporary table if not exists staging (like frame) on commit delete rows");
        }
        copy.copy(connection, "staging", batch, low, high, rows);
        Map<Integer, Long> missing = new HashMap<>();
        for (int row = low; row < high; row++) {
            if (rows.take(batch, row)) {
                missing.merge(batch.states[row].deviceId(), 1L, Long::sum);
            }
        }
        // The order avoids deadlocks with others that insert the same frames.
        try (PreparedStatement statement = connection.prepareStatement("""
                with stored as (
                    insert into frame select * from staging order by device_id, epoch, seq
                    on conflict do nothing returning device_id)
                select device_id, count(*) from stored group by device_id
                """);
                ResultSet result = statement.executeQuery()) {
            while (result.next()) {
                missing.merge(result.getInt(1), -result.getLong(2), Long::sum);
            }
        }
        missing.forEach((device, count) -> {
            if (count > 0) {
                daily.duplicate(device, count);
            }
        });
    }
}
