package org.perilune.telemetry.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.postgres.Postgres;
import org.perilune.chassis.redis.Redis;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.contracts.Streams;
import org.perilune.contracts.v1.Frame;
import org.perilune.contracts.v1.Telemetry;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.exceptions.JedisException;

/** Stores single readings that came over HTTP. Safe for threads, and beside the writers of the streams. */
public final class FrameStore {
    private static final Logger LOG = LoggerFactory.getLogger(FrameStore.class);

    /** Stands for the topic in the identity of what came over HTTP. */
    public static final String TOPIC = "input";

    /** Of readings, for live followers: so many, and fewer of large ones. */
    private static final int KEPT_FOR_FOLLOWERS = 1_000;

    private static final int KEPT_BYTES = 8 << 20;
    private static final long MICROS_A_MINUTE = 60_000_000;

    private final Postgres postgres;
    private final Redis redis;
    private final DeviceRegistry devices;
    private final ClockTolerance clocks;

    public FrameStore(Postgres postgres, Redis redis, DeviceRegistry devices, ClockTolerance clocks) {
        this.postgres = postgres;
        this.redis = redis;
        this.devices = devices;
        this.clocks = clocks;
    }

    /** @param duplicate the very same reading was there already */
    public record Inserted(long epoch, long seq, boolean duplicate) {}

    /**
     * Returns after the commit; then live followers are told.
     *
     * @param frame with names and values already found sound; without seq
     * @throws ServiceException.Invalid for a time before 1970
     * @throws SQLException if the database is away or refuses
     */
    public Inserted insert(String device, Frame frame, Instant received, @Nullable UUID trace) throws SQLException {
        if (frame.getTimeMicros() <= 0) {
            throw new ServiceException.Invalid("timestamp", "must be after 1970");
        }
        byte[] payload = frame.toByteArray();
        long epoch = FrameIdentity.epochOf(frame.getTimeMicros());
        long seq = new FrameIdentity().seqOf(device, TOPIC, payload, 0, payload.length);
        int id = devices.id(device);
        boolean duplicate;
        try (Connection connection = postgres.dataSource().getConnection()) {
            connection.setAutoCommit(false);
            try {
                mark(connection, id, frame.getTimeMicros());
                duplicate = !frame(connection, id, epoch, seq, frame, payload, received, trace);
                if (!duplicate) {
                    var latest = new LatestValues(clocks);
                    latest.add(id, frame, frame.getTimeMicros(), micros(received));
                    latest.write(connection);
                }
                connection.commit();
            } catch (SQLException | RuntimeException failure) {
                connection.rollback();
                throw failure;
            }
        }
        if (!duplicate) {
            tellFollowers(device, frame, received);
        }
        return new Inserted(epoch, seq, duplicate);
    }

    /** Covers all of the minute at once; whether the owner of the device has it open does not matter to us. */
    private static void mark(Connection connection, int device, long deviceMicros) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("""
                insert into mark (device_id, minute, epoch, seq_from, seq_to) values (?, to_timestamp(?), 0, 0, ?)
                on conflict (device_id, minute, epoch) do update set rolled = false
                """)) {
            statement.setInt(1, device);
            statement.setLong(2, Math.floorDiv(deviceMicros, MICROS_A_MINUTE) * 60);
            statement.setLong(3, Long.MAX_VALUE);
            statement.executeUpdate();
        }
    }

    private static boolean frame(
            Connection connection,
            int device,
            long epoch,
            long seq,
            Frame frame,
            byte[] payload,
            Instant received,
            @Nullable UUID trace)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(
                "insert into frame " + FrameCopy.COLUMNS + " values (?, ?, ?, ?, ?, ?, ?) on conflict do nothing")) {
            statement.setInt(1, device);
            statement.setLong(2, epoch);
            statement.setLong(3, seq);
            statement.setObject(4, Reject.time(frame.getTimeMicros()));
            statement.setObject(5, Reject.time(micros(received)));
            statement.setObject(6, trace);
            statement.setBytes(7, payload);
            return statement.executeUpdate() == 1;
        }
    }

    /** As well as it goes: the reading is stored, and a page that is loaded again shows it. */
    private void tellFollowers(String device, Frame frame, Instant received) {
        byte[] message = Telemetry.newBuilder().addFrames(frame).build().toByteArray();
        int kept = Math.clamp(KEPT_BYTES / message.length, 1, KEPT_FOR_FOLLOWERS);
        try (var jedis = redis.dedicated(Duration.ofSeconds(1))) {
            jedis.sendCommand(
                    Command.XADD,
                    bytes(Streams.POSTED),
                    bytes("MAXLEN"),
                    bytes("~"),
                    bytes(Integer.toString(kept)),
                    bytes("*"),
                    bytes(Streams.Field.DEVICE),
                    bytes(device),
                    bytes(Streams.Field.RECEIVED),
                    bytes(Long.toString(micros(received))),
                    bytes(Streams.Field.PAYLOAD),
                    message);
        } catch (JedisException away) {
            LOG.debug("Live followers were not told of a reading", away);
        }
    }

    private static long micros(Instant instant) {
        return TimeUnit.SECONDS.toMicros(instant.getEpochSecond()) + instant.getNano() / 1_000;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}
