package org.perilune.telemetry.ingest;

import com.google.protobuf.InvalidProtocolBufferException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.perilune.chassis.postgres.Postgres;
import org.perilune.chassis.postgres.SqlFailures;
import org.perilune.contracts.ConnectRules;
import org.perilune.contracts.Streams;
import org.perilune.contracts.Topics;
import org.perilune.contracts.v1.Connect;
import org.perilune.contracts.v1.LastWill;
import org.perilune.telemetry.store.Daily;
import org.perilune.telemetry.store.DeviceRegistry;
import org.perilune.telemetry.store.Reject;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Applies what devices say of themselves, their last wills, and what the router rejected. All of it can be applied twice,
 * and in any order as far as sessions say which is newer; so copies need not agree on who does it. Not safe for threads.
 */
final class DeviceEvents {
    private static final Logger LOG = LoggerFactory.getLogger(DeviceEvents.class);
    private static final int LONGEST_TOPIC = 1_000;

    private final Postgres postgres;
    private final DeviceRegistry devices;
    private final Watermarks watermarks;
    private final IngestMeters meters;
    private final Clock clock;
    private final DeviceStore store;

    DeviceEvents(Postgres postgres, DeviceRegistry devices, Watermarks watermarks, IngestMeters meters, Clock clock) {
        this.postgres = postgres;
        this.devices = devices;
        this.watermarks = watermarks;
        this.meters = meters;
        this.clock = clock;
        this.store = new DeviceStore(devices);
    }

    /** In halves where something among them cannot be applied, so that it alone is kept as a reject. */
    void apply(String stream, List<StreamEntry> entries) throws SQLException {
        try {
            applyTogether(stream, entries);
        } catch (SQLException | RuntimeException failure) {
            if (SqlFailures.isAway(failure)) {
                throw failure;
            }
            if (entries.size() == 1) {
                giveUp(stream, entries.getFirst(), failure);
                return;
            }
            int middle = entries.size() / 2;
            apply(stream, entries.subList(0, middle));
            apply(stream, entries.subList(middle, entries.size()));
        }
    }

    private void giveUp(String stream, StreamEntry entry, Exception failure) throws SQLException {
        LOG.warn(
                "What a device said of itself cannot be applied and is kept as a reject [stream: {}]", stream, failure);
        long received = entry.receivedMicros(clock.millis() * 1_000);
        String device = entry.text(Streams.Field.DEVICE);
        String topic = device.isEmpty() ? stream : Topics.of(device, stream);
        // Of no device: its name may be what the database refuses.
        var reject = new Reject(
                0,
                received,
                "",
                topic.substring(0, Math.min(topic.length(), LONGEST_TOPIC)),
                "The database refuses it: " + failure.getMessage(),
                null,
                0,
                entry.payload(),
                stream + "/" + entry.idText());
        try (Connection connection = postgres.dataSource().getConnection()) {
            Reject.write(connection, List.of(reject), new Daily());
        }
        meters.rejected.increment();
    }

    private void applyTogether(String stream, List<StreamEntry> entries) throws SQLException {
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
                store.progress(connection, device, watermarks);
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
        if (!devices.isName(device)) {
            rejects.add(reject(stream, entry, "", stream, received, "The topic names no device", payload));
            return;
        }
        try {
            if (stream.equals(Streams.CONNECT)) {
                ConnectRules.Checked checked = ConnectRules.check(Connect.parseFrom(payload));
                if (checked.connect().isPresent()) {
                    store.connect(connection, device, checked.connect().get(), received);
                    connected.add(device);
                }
                if (checked.fault() != null) {
                    String topic = Topics.of(device, Topics.CONNECT);
                    rejects.add(reject(stream, entry, device, topic, received, checked.fault(), payload));
                }
            } else {
                store.lastWill(connection, device, will(payload), received);
            }
        } catch (InvalidProtocolBufferException malformed) {
            String topic = Topics.of(device, stream);
            String reason = "The payload is no message of this topic: " + malformed.getMessage();
            rejects.add(reject(stream, entry, device, topic, received, reason, payload));
        }
    }

    /** Whatever its text: stock clients leave such as "offline", and what counts is that the broker published it. */
    private static LastWill will(byte[] payload) {
        try {
            return LastWill.parseFrom(payload);
        } catch (InvalidProtocolBufferException ofAStockClient) {
            return LastWill.getDefaultInstance();
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
        // What came in on a topic without a device has a name of any kind, or none.
        int id = devices.isName(device) ? devices.id(device) : 0;
        return new Reject(id, received, device, topic, reason, null, 0, payload, stream + "/" + entry.idText());
    }
}
