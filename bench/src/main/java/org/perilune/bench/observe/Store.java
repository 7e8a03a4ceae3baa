package org.perilune.bench.observe;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.perilune.bench.instance.Instance;
import org.perilune.bench.load.MqttDevice;
import org.perilune.bench.report.BenchException;

/** What of the devices' frames is in PostgreSQL. Not safe for threads. */
public final class Store implements AutoCloseable {
    private static final long PAUSE_NANOS = 20_000_000;

    private final Connection connection;

    public Store(Instance instance) {
        connection = instance.database();
    }

    /**
     * The number of frames of one epoch.
     *
     * @throws BenchException if a device's frames are not 1, 2, 3… as many as it sent, each once
     */
    public void check(String device, long epoch, long sent) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement("""
                select count(*), coalesce(min(seq), 0), coalesce(max(seq), 0)
                from frame join device on device.id = frame.device_id
                where device.name = ? and epoch = ?""")) {
            query.setString(1, device);
            query.setLong(2, epoch);
            try (ResultSet row = query.executeQuery()) {
                row.next();
                // The primary key makes each seq unique: a count that fits leaves no hole.
                if (row.getLong(1) != sent || (sent > 0 && (row.getLong(2) != 1 || row.getLong(3) != sent))) {
                    throw new BenchException("%s sent %d frames, but %d are stored, %d to %d"
                            .formatted(device, sent, row.getLong(1), row.getLong(2), row.getLong(3)));
                }
            }
        }
    }

    /** How long until the last frame of every device is there; empty streams mean nothing, rows do. */
    public Duration awaitLast(List<MqttDevice> devices, long since, Duration limit) throws SQLException {
        int at = 0;
        while (at < devices.size()) {
            if (has(devices.get(at))) {
                at++;
                continue;
            }
            LockSupport.parkNanos(PAUSE_NANOS);
            if (System.nanoTime() - since > limit.toNanos()) {
                throw new BenchException(
                        "The last frame of " + devices.get(at).name() + " was not stored within " + limit);
            }
        }
        return Duration.ofNanos(System.nanoTime() - since);
    }

    private boolean has(MqttDevice device) throws SQLException {
        if (device.sent() == 0) {
            return true;
        }
        try (PreparedStatement query = connection.prepareStatement("""
                select 1 from frame
                where device_id = (select id from device where name = ?) and epoch = ? and seq = ?""")) {
            query.setString(1, device.name());
            query.setLong(2, device.epoch());
            query.setLong(3, device.sent());
            try (ResultSet row = query.executeQuery()) {
                return row.next();
            }
        }
    }

    void execute(String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    public Connection connection() {
        return connection;
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
