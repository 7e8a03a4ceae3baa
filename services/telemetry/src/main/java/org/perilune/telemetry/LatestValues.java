package org.perilune.telemetry;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.InvalidProtocolBufferException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.TreeMap;
import org.perilune.chassis.Json;
import org.perilune.contracts.v1.Frame;
import org.perilune.contracts.v1.Value;

/**
 * The newest values of devices that reported since the last writing. Frames are only remembered here, and read when
 * they are written: of a device that reports fast, the last few of a second. Not safe for threads.
 */
final class LatestValues {
    /** Of one device between two writings; a device may report its values in turn. */
    private static final int MOST_FRAMES = 16;

    private final Map<Integer, Deque<Newest>> devices = new TreeMap<>();

    private record Newest(byte[] payload, int from, int length, long deviceMicros, long receivedMicros) {}

    void add(FrameBatch batch, int row) {
        Deque<Newest> frames =
                devices.computeIfAbsent(batch.states[row].deviceId(), ignored -> new ArrayDeque<>(MOST_FRAMES));
        if (frames.size() == MOST_FRAMES) {
            frames.removeFirst();
        }
        frames.addLast(new Newest(
                batch.payloads[row],
                batch.froms[row],
                batch.lengths[row],
                batch.deviceMicros[row],
                batch.receivedMicros[row]));
    }

    boolean isEmpty() {
        return devices.isEmpty();
    }

    void clear() {
        devices.clear();
    }

    /** Within the caller's transaction. */
    void write(Connection connection) throws SQLException {
        if (devices.isEmpty()) {
            return;
        }
        try (PreparedStatement statement = connection.prepareStatement(UPSERT)) {
            for (Map.Entry<Integer, Deque<Newest>> device : devices.entrySet()) {
                ObjectNode parameters = Json.mapper().createObjectNode();
                String status = "";
                for (Newest newest : device.getValue()) {
                    status = merge(parameters, newest);
                }
                Newest last = device.getValue().getLast();
                bind(statement, device.getKey(), last.deviceMicros, last.receivedMicros, status, parameters);
                statement.addBatch();
            }
            statement.executeBatch();
        }
    }

    static final String UPSERT = """
            insert into latest (device_id, device_time, received, status, parameters) values (?, ?, ?, ?, ?::jsonb)
            on conflict (device_id) do update set
                device_time = excluded.device_time, received = excluded.received, status = excluded.status,
                parameters = latest.parameters || excluded.parameters
            """;

    static void bind(
            PreparedStatement statement,
            int device,
            long deviceMicros,
            long receivedMicros,
            String status,
            ObjectNode parameters)
            throws SQLException {
        statement.setInt(1, device);
        statement.setObject(2, Reject.time(deviceMicros));
        statement.setObject(3, Reject.time(receivedMicros));
        statement.setString(4, status);
        statement.setString(5, parameters.toString());
    }

    private static String merge(ObjectNode parameters, Newest newest) {
        try {
            Frame frame = Frame.parser().parseFrom(newest.payload, newest.from, newest.length);
            merge(parameters, frame, newest.deviceMicros);
            return frame.getStatus();
        } catch (InvalidProtocolBufferException failure) {
            throw new IllegalStateException("A frame that was found sound cannot be read", failure);
        }
    }

    static void merge(ObjectNode parameters, Frame frame, long deviceMicros) {
        String time = Reject.time(deviceMicros).toInstant().toString();
        for (Value value : frame.getValuesList()) {
            ObjectNode entry = parameters.putObject(value.getName());
            switch (value.getKindCase()) {
                case NUMBER -> entry.put("value", value.getNumber());
                case TEXT -> entry.put("value", value.getText());
                case KIND_NOT_SET -> entry.putNull("value");
            }
            entry.put("time", time);
        }
    }
}
