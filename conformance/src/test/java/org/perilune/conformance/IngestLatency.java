package org.perilune.conformance;

import java.io.IOException;
import java.nio.file.Files;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;
import org.perilune.conformance.Perilune.Part;

/**
 * How long it takes from a device's report to its committed row, of each frame of a device whose times are those of its
 * reports: a connection to PostgreSQL asks for new rows every two milliseconds, by which the figures are too high.
 */
final class IngestLatency implements AutoCloseable {
    private static final long PAUSE_NANOS = 2_000_000;
    private static final String FRESH = """
            select epoch, seq, (extract(epoch from device_time) * 1000000)::bigint from frame
            where device_id = (select id from device where name = ?) and (epoch, seq) > (?, ?) order by epoch, seq
            """;
    private static final String NEWEST = """
            select epoch, seq from frame where device_id = (select id from device where name = ?)
            order by epoch desc, seq desc limit 1
            """;

    private final Connection connection;
    private final String device;
    private final Histogram micros = new Histogram(3);
    private final CompletableFuture<Void> watching;
    private volatile boolean over;

    private IngestLatency(Connection connection, String device) {
        this.connection = connection;
        this.device = device;
        this.watching = CompletableFuture.runAsync(
                this::watch, task -> Thread.ofPlatform().start(task));
    }

    /** @param device with at least one frame; those that follow are counted */
    static IngestLatency of(Perilune perilune, String device) throws IOException, SQLException {
        String password = Files.readString(perilune.home().resolve("secrets/telemetry.postgres"))
                .strip();
        String url = "jdbc:postgresql://127.0.0.1:" + perilune.port(Part.POSTGRESQL) + "/telemetry";
        return new IngestLatency(DriverManager.getConnection(url, "telemetry", password), device);
    }

    private void watch() {
        try (PreparedStatement newest = connection.prepareStatement(NEWEST);
                PreparedStatement fresh = connection.prepareStatement(FRESH)) {
            newest.setString(1, device);
            fresh.setString(1, device);
            try (ResultSet row = newest.executeQuery()) {
                row.next();
                fresh.setLong(2, row.getLong(1));
                fresh.setLong(3, row.getLong(2));
            }
            while (!over) {
                look(fresh);
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        } catch (SQLException failure) {
            throw new IllegalStateException("The rows of " + device + " cannot be watched", failure);
        }
    }

    private void look(PreparedStatement fresh) throws SQLException {
        try (ResultSet rows = fresh.executeQuery()) {
            long now = ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
            while (rows.next()) {
                fresh.setLong(2, rows.getLong(1));
                fresh.setLong(3, rows.getLong(2));
                micros.recordValue(Math.max(0, now - rows.getLong(3)));
            }
        }
    }

    /** Ends the counting. */
    Histogram micros() {
        over = true;
        watching.join();
        return micros;
    }

    @Override
    public void close() throws SQLException {
        over = true;
        watching.exceptionally(failure -> null).join();
        connection.close();
    }
}
