package org.perilune.telemetry.store;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.InvalidProtocolBufferException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.perilune.chassis.json.Json;
import org.perilune.contracts.v1.Frame;
import org.perilune.contracts.v1.Value;

/**
 * The newest values of devices that reported since the last writing, for both ways in. Newest is, for each value by
 * itself, what has the greatest time by {@link ClockTolerance}: late data neither replace what is newer, nor is a value
 * lost that no newer frame has. A device's contact is when anything of it was received. Not safe for threads.
 */
public final class LatestValues {
    private static final String UPSERT = """
            insert into latest (device_id, device_time, received, status, parameters, ordered_at, parameters_ordered_at,
                received_time)
            values (?, ?, ?, ?, ?::jsonb, ?, ?::jsonb, ?)
            on conflict (device_id) do update set
                device_time = case when excluded.ordered_at >= coalesce(latest.ordered_at, '-infinity')
                    then excluded.device_time else latest.device_time end,
                status = case when excluded.ordered_at >= coalesce(latest.ordered_at, '-infinity')
                    then excluded.status else latest.status end,
                ordered_at = greatest(excluded.ordered_at, latest.ordered_at),
                received_time = case when excluded.received >= latest.received
                    then excluded.received_time else latest.received_time end,
                received = greatest(excluded.received, latest.received),
                parameters = latest.parameters || (
                    select coalesce(jsonb_object_agg(key, value), '{}') from jsonb_each(excluded.parameters)
                    where (excluded.parameters_ordered_at ->> key)::bigint
                        >= coalesce((latest.parameters_ordered_at ->> key)::bigint, %1$d)),
                parameters_ordered_at = latest.parameters_ordered_at || (
                    select coalesce(jsonb_object_agg(key, value), '{}') from jsonb_each(excluded.parameters_ordered_at)
                    where value::bigint >= coalesce((latest.parameters_ordered_at ->> key)::bigint, %1$d))
            """.formatted(Long.MIN_VALUE);

    private final ClockTolerance clocks;
    private final Map<Integer, Newest> devices = new TreeMap<>();

    public LatestValues(ClockTolerance clocks) {
        this.clocks = clocks;
    }

    private record Timed(Value value, long deviceMicros, long order) {}

    private static final class Newest {
        private final Map<String, Timed> values = new HashMap<>();
        private long order = Long.MIN_VALUE;
        private long deviceMicros;
        private String status = "";
        private long receivedMicros = Long.MIN_VALUE;
        private long receivedTime;
    }

    public void add(FrameBatch batch, int row) {
        try {
            Frame frame = Frame.parser().parseFrom(batch.payloads[row], batch.froms[row], batch.lengths[row]);
            add(batch.states[row].deviceId(), frame, batch.deviceMicros[row], batch.receivedMicros[row]);
        } catch (InvalidProtocolBufferException failure) {
            throw new IllegalStateException("A frame that was found sound cannot be read", failure);
        }
    }

    public void add(int device, Frame frame, long deviceMicros, long receivedMicros) {
        Newest newest = devices.computeIfAbsent(device, ignored -> new Newest());
        long order = clocks.order(deviceMicros, receivedMicros);
        if (order >= newest.order) {
            newest.order = order;
            newest.deviceMicros = deviceMicros;
            newest.status = frame.getStatus();
        }
        if (receivedMicros >= newest.receivedMicros) {
            newest.receivedMicros = receivedMicros;
            newest.receivedTime = deviceMicros;
        }
        for (Value value : FrameValues.of(frame)) {
            Timed known = newest.values.get(value.getName());
            if (known == null || order >= known.order) {
                newest.values.put(value.getName(), new Timed(value, deviceMicros, order));
            }
        }
    }

    public boolean isEmpty() {
        return devices.isEmpty();
    }

    public void clear() {
        devices.clear();
    }

    /** Within the caller's transaction. */
    public void write(Connection connection) throws SQLException {
        if (devices.isEmpty()) {
            return;
        }
        try (PreparedStatement statement = connection.prepareStatement(UPSERT)) {
            for (Map.Entry<Integer, Newest> device : devices.entrySet()) {
                bind(statement, device.getKey(), device.getValue());
                statement.addBatch();
            }
            statement.executeBatch();
        }
    }

    private static void bind(PreparedStatement statement, int device, Newest newest) throws SQLException {
        ObjectNode parameters = Json.mapper().createObjectNode();
        ObjectNode orders = Json.mapper().createObjectNode();
        newest.values.forEach((name, timed) -> {
            ObjectNode entry = parameters.putObject(name);
            FrameValues.put(entry, "value", timed.value);
            entry.put("time", Times.ofMicros(timed.deviceMicros).toString());
            orders.put(name, timed.order);
        });
        statement.setInt(1, device);
        statement.setObject(2, Reject.time(newest.deviceMicros));
        statement.setObject(3, Reject.time(newest.receivedMicros));
        statement.setString(4, newest.status);
        statement.setString(5, parameters.toString());
        statement.setObject(6, Reject.time(newest.order));
        statement.setString(7, orders.toString());
        statement.setObject(8, Reject.time(newest.receivedTime));
    }
}
