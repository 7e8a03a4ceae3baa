package org.perilune.telemetry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.Json;
import org.perilune.chassis.ServiceException;

/** {@code GET /devices}, and what the sweeper needs. Equal questions share an answer. Safe for threads. */
final class DeviceQueries {
    private static final Duration PATIENCE = Duration.ofSeconds(12);

    private static final String DEVICES = """
            select d.*, l.device_time, l.received, l.status, l.parameters,
                coalesce(t.duplicates, 0) as duplicates, coalesce(t.rejected, 0) as rejected,
                coalesce(g.gaps, 0) as gaps
            from device d
            left join latest l on l.device_id = d.id
            left join daily t on t.device_id = d.id and t.day = :today
            left join (select device_id, sum(missing)::bigint as gaps from progress group by device_id) g
                on g.device_id = d.id
            where cast(:name as text) is null or d.name = :name
            order by d.name
            """;

    private static final String SIGNS = """
            select d.name, d.report_interval_millis, d.connected_at, d.will_at, d.silence_from, d.silence_until,
                d.first_seen, l.received
            from device d left join latest l on l.device_id = d.id
            """;

    private static final String PARAMETERS = """
            select p.device_id, p.name, p.unit, p.description, p.warning_low, p.warning_high, p.critical_low,
                p.critical_high
            from parameter p join device d on d.id = p.device_id
            where cast(:name as text) is null or d.name = :name
            order by p.device_id, p.id
            """;

    private final Jdbi jdbi;
    private final Clock clock;
    private final Map<String, DeviceStates.Told> told = new ConcurrentHashMap<>();
    private final Coalescer<String, byte[]> answers = new Coalescer<>(this::compute, PATIENCE);

    DeviceQueries(Jdbi jdbi, Clock clock) {
        this.jdbi = jdbi;
        this.clock = clock;
    }

    byte[] all() {
        return answers.answer("");
    }

    /** @throws ServiceException.NotFound for a name never heard of */
    byte[] one(String name) {
        return answers.answer(name);
    }

    /** Devices whose state is not what it was when last asked; the first time, none. */
    List<String> changed() {
        Instant now = clock.instant();
        var changed = new ArrayList<String>();
        jdbi.useHandle(handle -> handle.createQuery(SIGNS)
                .map((result, context) -> {
                    String name = result.getString("name");
                    DeviceStates.Told before = told.get(name);
                    DeviceStates.Told after = tell(name, result, now);
                    if (before != null && before.state() != after.state()) {
                        changed.add(name);
                    }
                    return name;
                })
                .list());
        return changed;
    }

    private DeviceStates.Told tell(String name, ResultSet result, Instant now) throws SQLException {
        Instant connected = instant(result, "connected_at");
        Instant received = instant(result, "received");
        Instant contact = received == null || (connected != null && connected.isAfter(received)) ? connected : received;
        var signs = new DeviceStates.Signs(
                contact,
                Duration.ofMillis(result.getInt("report_interval_millis")),
                connected,
                instant(result, "will_at"),
                instant(result, "silence_from"),
                instant(result, "silence_until"));
        DeviceStates.Told fresh = DeviceStates.tell(signs, now);
        Instant firstSeen = instant(result, "first_seen");
        return told.compute(name, (ignored, before) -> {
            if (fresh.since() != null) {
                return fresh;
            }
            if (before != null && before.state() == fresh.state()) {
                return before;
            }
            Instant since = before != null ? now : connected != null ? connected : firstSeen;
            return new DeviceStates.Told(fresh.state(), since);
        });
    }

    private byte[] compute(String name) {
        @Nullable String wanted = name.isEmpty() ? null : name;
        Instant now = clock.instant();
        List<ObjectNode> devices = jdbi.withHandle(handle -> {
            Map<Integer, com.fasterxml.jackson.databind.node.ArrayNode> parameters = new HashMap<>();
            handle.createQuery(PARAMETERS)
                    .bind("name", wanted)
                    .map((result, context) -> parameters
                            .computeIfAbsent(
                                    result.getInt("device_id"),
                                    id -> Json.mapper().createArrayNode())
                            .add(parameter(result)))
                    .list();
            return handle.createQuery(DEVICES)
                    .bind("name", wanted)
                    .bind("today", LocalDate.ofInstant(now, ZoneOffset.UTC))
                    .map((result, context) -> {
                        ObjectNode device = device(result, now);
                        var own = parameters.get(result.getInt("id"));
                        device.set("parameters", own == null ? Json.mapper().createArrayNode() : own);
                        return device;
                    })
                    .list();
        });
        if (wanted == null) {
            return Json.bytes(Map.of("devices", devices));
        }
        if (devices.isEmpty()) {
            throw new ServiceException.NotFound("No device is named " + wanted);
        }
        return Json.bytes(devices.getFirst());
    }

    private ObjectNode device(ResultSet result, Instant now) throws SQLException {
        String name = result.getString("name");
        DeviceStates.Told state = tell(name, result, now);
        Instant connected = instant(result, "connected_at");
        Instant received = instant(result, "received");
        Instant contact = received == null || (connected != null && connected.isAfter(received)) ? connected : received;
        int interval = result.getInt("report_interval_millis");
        return Json.mapper()
                .createObjectNode()
                .put("name", name)
                .put("type", result.getString("type"))
                .put("state", state.state().wireName())
                .put("since", text(state.since()))
                .put("last_contact", text(contact))
                .put("last_time", text(instant(result, "device_time")))
                .put("status", result.getString("status"))
                .put("report_interval_millis", interval)
                .put("silence_from", text(instant(result, "silence_from")))
                .put("silence_until", text(instant(result, "silence_until")))
                .put("session", Long.toString(result.getLong("session")))
                .put("gaps", result.getLong("gaps"))
                .put("duplicates_today", result.getLong("duplicates"))
                .put("rejected_today", result.getLong("rejected"))
                .set("values", values(result.getString("parameters")));
    }

    private static JsonNode values(@Nullable String json) {
        try {
            return json == null
                    ? Json.mapper().createObjectNode()
                    : Json.mapper().readTree(json);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static ObjectNode parameter(ResultSet result) throws SQLException {
        return Json.mapper()
                .createObjectNode()
                .put("name", result.getString("name"))
                .put("unit", result.getString("unit"))
                .put("description", result.getString("description"))
                .put("warning_low", result.getObject("warning_low", Double.class))
                .put("warning_high", result.getObject("warning_high", Double.class))
                .put("critical_low", result.getObject("critical_low", Double.class))
                .put("critical_high", result.getObject("critical_high", Double.class));
    }

    private static @Nullable Instant instant(ResultSet result, String column) throws SQLException {
        OffsetDateTime time = result.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }

    private static @Nullable String text(@Nullable Instant instant) {
        return instant == null ? null : instant.toString();
    }
}
