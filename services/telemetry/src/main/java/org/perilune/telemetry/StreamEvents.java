package org.perilune.telemetry;

import com.google.protobuf.InvalidProtocolBufferException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.Postgres;
import org.perilune.chassis.Redis;
import org.perilune.chassis.Threads;
import org.perilune.contracts.Streams;
import org.perilune.contracts.TelemetryScanner;
import org.perilune.contracts.Topics;
import org.perilune.contracts.v1.Connect;
import org.perilune.contracts.v1.LastWill;
import org.perilune.contracts.v1.Parameter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.exceptions.JedisException;

/**
 * What devices say of themselves, their last wills, and what the router rejected. All of it can be applied twice, and
 * in any order as far as sessions say which is newer; so copies need not agree on who does it. One thread.
 */
final class StreamEvents implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StreamEvents.class);
    private static final List<String> STREAMS = List.of(Streams.CONNECT, Streams.LAST_WILL, Streams.REJECTS);
    private static final Duration BLOCK = Duration.ofMillis(100);
    private static final int MOST_ENTRIES = 100;
    private static final long PENDING_AGAIN_NANOS = Duration.ofSeconds(15).toNanos();
    private static final byte[] BEGINNING = {'0', '-', '0'};
    private static final long LONGEST_PAUSE_MILLIS = 2_000;
    private static final int LONGEST_WORD = 256;

    private final Postgres postgres;
    private final Redis redis;
    private final DeviceRegistry devices;
    private final Watermarks watermarks;
    private final IngestMeters meters;
    private final Clock clock;
    private volatile boolean closing;
    private final Thread thread;

    StreamEvents(
            Postgres postgres,
            Redis redis,
            DeviceRegistry devices,
            Watermarks watermarks,
            IngestMeters meters,
            Clock clock) {
        this.postgres = postgres;
        this.redis = redis;
        this.devices = devices;
        this.watermarks = watermarks;
        this.meters = meters;
        this.clock = clock;
        this.thread = Threads.start("telemetry-events", this::run);
    }

    private void run() {
        long pause = 50;
        try {
            postgres.awaitMigrated();
            while (!closing) {
                try (var reader = new StreamReader(redis)) {
                    STREAMS.forEach(reader::makeGroup);
                    pause = 50;
                    follow(reader);
                } catch (SQLException | JdbiException | JedisException away) {
                    LOG.warn("What devices say of themselves waits", away);
                } catch (RuntimeException failure) {
                    LOG.error("What devices say of themselves could not be kept; it is tried again", failure);
                }
                if (!closing) {
                    pause = Math.min(LONGEST_PAUSE_MILLIS, pause * 2);
                    TimeUnit.MILLISECONDS.sleep(pause);
                }
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void follow(StreamReader reader) throws SQLException {
        long nextPending = System.nanoTime();
        while (!closing) {
            if (System.nanoTime() - nextPending >= 0) {
                nextPending = System.nanoTime() + PENDING_AGAIN_NANOS;
                for (String stream : STREAMS) {
                    again(reader, stream);
                    trim(reader, stream);
                }
            }
            for (Map.Entry<String, List<StreamEntry>> read :
                    reader.fresh(STREAMS, MOST_ENTRIES, BLOCK).entrySet()) {
                apply(read.getKey(), read.getValue());
                reader.acknowledge(read.getKey(), read.getValue());
            }
        }
    }

    private void again(StreamReader reader, String stream) throws SQLException {
        byte[] after = BEGINNING;
        List<StreamEntry> entries = reader.pending(stream, after, MOST_ENTRIES);
        while (!entries.isEmpty() && !closing) {
            apply(stream, entries);
            reader.acknowledge(stream, entries);
            after = entries.getLast().id();
            entries = reader.pending(stream, after, MOST_ENTRIES);
        }
    }

    /** Nobody follows these live: what is acknowledged by all, and an hour old, may go. */
    private void trim(StreamReader reader, String stream) {
        long hourAgo = clock.instant().minus(Duration.ofHours(1)).toEpochMilli();
        reader.trim(stream, new StreamId(Math.max(0, hourAgo), 0));
    }

    private void apply(String stream, List<StreamEntry> entries) throws SQLException {
        var connected = new ArrayList<String>();
        var rejects = new ArrayList<Reject>();
        try (Connection connection = postgres.dataSource().getConnection()) {
            connection.setAutoCommit(false);
            try {
                for (StreamEntry entry : entries) {
                    if (entry.fields() != null) {
                        apply(connection, stream, entry, connected, rejects);
                    }
                }
                var daily = new Daily();
                Reject.write(connection, rejects, daily);
                daily.write(connection, clock);
                connection.commit();
            } catch (SQLException | RuntimeException failure) {
                connection.rollback();
                throw failure;
            }
            meters.rejected.increment(rejects.size());
            for (String device : connected) {
                tell(connection, device);
            }
            connection.commit();
        }
        watermarks.flush();
    }

    private void apply(
            Connection connection, String stream, StreamEntry entry, List<String> connected, List<Reject> rejects)
            throws SQLException {
        String device = entry.text(Streams.Field.DEVICE);
        byte[] payload = entry.payload();
        long received = entry.receivedMicros(clock.millis() * 1_000);
        if (stream.equals(Streams.REJECTS)) {
            String reason = entry.text(Streams.Field.REASON);
            rejects.add(reject(stream, entry, device, entry.text(Streams.Field.TOPIC), received, reason, payload));
            return;
        }
        try {
            if (stream.equals(Streams.CONNECT)) {
                Connect connect = Connect.parseFrom(payload);
                String fault = fault(connect);
                if (fault == null) {
                    if (connect(connection, device, connect, received)) {
                        parameters(connection, devices.id(device), connect.getParametersList());
                    }
                    connected.add(device);
                } else {
                    String topic = Topics.of(device, Topics.CONNECT);
                    rejects.add(reject(stream, entry, device, topic, received, fault, payload));
                }
            } else {
                lastWill(connection, device, LastWill.parseFrom(payload), received);
            }
        } catch (InvalidProtocolBufferException malformed) {
            String topic = Topics.of(device, stream);
            String reason = "The payload is no message of this topic: " + malformed.getMessage();
            rejects.add(reject(stream, entry, device, topic, received, reason, payload));
        }
    }

    private Reject reject(
            String stream,
            StreamEntry entry,
            String device,
            String topic,
            long received,
            String reason,
            byte[] payload) {
        int id = device.isEmpty() ? 0 : devices.id(device);
        return new Reject(id, received, device, topic, reason, null, 0, payload, stream + "/" + entry.idText());
    }

    private static @Nullable String fault(Connect connect) {
        if (connect.getParametersCount() > 1_000) {
            return "There are more than 1000 parameters";
        }
        if (connect.getDeviceType().length() > LONGEST_WORD
                || connect.getDeviceType().indexOf(0) >= 0) {
            return "The device type is too long or has a zero character";
        }
        long latest = Math.max(connect.getSilenceFromMicros(), connect.getSilenceUntilMicros());
        long earliest = Math.min(connect.getSilenceFromMicros(), connect.getSilenceUntilMicros());
        if (earliest < TelemetryScanner.EARLIEST_MICROS || latest > TelemetryScanner.LATEST_MICROS) {
            return "The silence is outside the years 1 to 9999";
        }
        for (Parameter parameter : connect.getParametersList()) {
            String texts = parameter.getName() + parameter.getUnit() + parameter.getDescription();
            if (!parameter.getName().matches("[A-Za-z0-9_.-]{1,64}")) {
                return "A parameter's name is not 1 to 64 letters, digits, '_', '-' or '.'";
            }
            if (texts.length() > 4_096 || texts.indexOf(0) >= 0) {
                return "A parameter's unit or description is too long or has a zero character";
            }
        }
        return null;
    }

    /** False where a newer session is known. */
    private boolean connect(Connection connection, String device, Connect connect, long received) throws SQLException {
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
    private void lastWill(Connection connection, String device, LastWill will, long received) throws SQLException {
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
    private void tell(Connection connection, String device) throws SQLException {
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

    @Override
    public void close() {
        closing = true;
        try {
            if (!thread.join(Duration.ofSeconds(4))) {
                thread.interrupt();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
