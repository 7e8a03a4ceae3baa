package org.perilune.telemetry.device;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.ResultSet;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.perilune.chassis.json.Json;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.telemetry.store.ClockTolerance;
import org.perilune.telemetry.store.SingleFlight;

/** {@code GET /devices}, and what the sweeper needs. Equal questions share an answer. Safe for threads. */
public final class DeviceQueries {
    private static final Duration TIMEOUT = Duration.ofSeconds(12);

    private static final int FIRST_BYTES = 4_096;

    private static final String DEVICES = """
            select d.*, l.device_time, l.received, l.received_time, l.status, l.parameters,
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
            select d.name, d.report_interval_millis, d.connected_at, d.will_at, d.will_session, d.recording,
                d.silence_from, d.silence_until, d.first_seen, l.received, l.received_time
            from device d left join latest l on l.device_id = d.id
            """;

    private static final String PARAMETERS = """
            select device_id, name, unit, description, warning_low, warning_high, critical_low, critical_high
            from parameter
            where cast(:name as text) is null or device_id = (select id from device where name = :name)
            order by id
            """;

    private final Jdbi jdbi;
    private final ClockTolerance clocks;
    private final Clock clock;
    private final Map<String, DeviceStates.Status> told = new ConcurrentHashMap<>();
    private final SingleFlight<String, byte[]> answers = new SingleFlight<>(this::compute, TIMEOUT);

    public DeviceQueries(Jdbi jdbi, ClockTolerance clocks, Clock clock) {
        this.jdbi = jdbi;
        this.clocks = clocks;
        this.clock = clock;
    }

    public byte[] all() {
        return answers.answer("");
    }

    /** @throws ServiceException.NotFound for a name never heard of */
    public byte[] one(String name) {
        return answers.answer(name);
    }

    /**
     * How devices are, by name. What followers were told is the asker's to remember: whoever reads {@link #all} in
     * between must not make a change unheard.
     */
    public Map<String, Standing> standings() {
        Instant now = clock.instant();
        var standings = new HashMap<String, Standing>();
        jdbi.useHandle(handle -> handle.createQuery(SIGNS)
                .map((result, context) -> {
                    String name = result.getString("name");
                    DeviceLiveness life = DeviceLiveness.read(result, clocks);
                    DeviceState state = tell(name, life, now).state();
                    return Map.entry(
                            name, new Standing(state, life.clockWrongBy().isPresent()));
                })
                .forEach(device -> standings.put(device.getKey(), device.getValue())));
        return standings;
    }

    /** @param clockWrong whether its clock is wrong for all we know */
    public record Standing(DeviceState state, boolean clockWrong) {}

    private DeviceStates.Status tell(String name, DeviceLiveness life, Instant now) {
        DeviceStates.Status fresh = DeviceStates.tell(life.signs(), now);
        return told.compute(name, (ignored, before) -> {
            if (fresh.since() != null) {
                return fresh;
            }
            if (before != null && before.state() == fresh.state()) {
                return before;
            }
            Instant connected = life.signs().connectedAt();
            Instant since = before != null ? now : connected != null ? connected : life.firstSeen();
            return new DeviceStates.Status(fresh.state(), since);
        });
    }

    private byte[] compute(String name) {
        Instant now = clock.instant();
        return jdbi.withHandle(handle -> {
            Map<Integer, List<DeviceJson.Parameter>> parameters = parameters(handle, name);
            var out = new ByteArrayOutputStream(FIRST_BYTES);
            try (JsonGenerator json = Json.mapper().createGenerator(out)) {
                if (name.isEmpty()) {
                    json.writeStartObject();
                    json.writeArrayFieldStart("devices");
                }
                int count = write(handle, name, now, parameters, json);
                if (name.isEmpty()) {
                    json.writeEndArray();
                    json.writeEndObject();
                } else if (count == 0) {
                    throw new ServiceException.NotFound("No device is named " + name);
                }
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
            return out.toByteArray();
        });
    }

    private static Map<Integer, List<DeviceJson.Parameter>> parameters(Handle handle, String name) {
        var parameters = new HashMap<Integer, List<DeviceJson.Parameter>>();
        handle.createQuery(PARAMETERS)
                .bind("name", name.isEmpty() ? null : name)
                .scanResultSet((results, context) -> {
                    ResultSet result = results.get();
                    while (result.next()) {
                        parameters
                                .computeIfAbsent(result.getInt(1), id -> new ArrayList<>())
                                .add(DeviceJson.parameter(result));
                    }
                    return parameters;
                });
        return parameters;
    }

    /** @return how many */
    private int write(
            Handle handle,
            String name,
            Instant now,
            Map<Integer, List<DeviceJson.Parameter>> parameters,
            JsonGenerator json) {
        return handle.createQuery(DEVICES)
                .bind("name", name.isEmpty() ? null : name)
                .bind("today", LocalDate.ofInstant(now, ZoneOffset.UTC))
                .scanResultSet((results, context) -> {
                    ResultSet result = results.get();
                    int count = 0;
                    while (result.next()) {
                        DeviceLiveness life = DeviceLiveness.read(result, clocks);
                        DeviceStates.Status state = tell(result.getString("name"), life, now);
                        DeviceJson.write(
                                json, result, life, state, parameters.getOrDefault(result.getInt("id"), List.of()));
                        count++;
                    }
                    return count;
                });
    }
}
