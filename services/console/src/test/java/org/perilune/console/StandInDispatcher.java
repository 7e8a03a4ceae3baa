package org.perilune.console;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.json.Json;

/** command-dispatcher as docs/api.md describes it, for one kind of device. */
final class StandInDispatcher implements AutoCloseable {
    private static final Set<String> FINAL =
            Set.of("completed", "failed", "rejected", "expired", "cancelled", "unknown");
    private static final String DICTIONARY = """
            {"device_type":"lunar-module","version":1,"changed_at":"2026-11-21T00:00:00Z","changed_by":"admin","commands":[
            {"name":"START_MISSION","title":"Start mission","description":"Begins to report.","significance":"normal","repeatable":true,"expires_in":3600,"arguments":[],"verification":null},
            {"name":"PAUSE_MISSION","title":"Pause mission","description":"Stops to report.","significance":"normal","repeatable":true,"expires_in":3600,"arguments":[],"verification":null},
            {"name":"EMERGENCY_STOP","title":"Emergency stop","description":"Engine off, attitude held.","significance":"normal","repeatable":true,"expires_in":600,"arguments":[],"verification":null},
            {"name":"RESET_SYSTEM","title":"Reset system","description":"Restarts the computer.","significance":"normal","repeatable":true,"expires_in":3600,"arguments":[],"verification":null},
            {"name":"SET_ATTITUDE","title":"Set attitude","description":"Turns the craft.","significance":"normal","repeatable":true,"expires_in":3600,"arguments":[
            {"name":"pitch","type":"number","unit":"°","description":"Nose above the horizon","required":true,"minimum":-90,"maximum":90},
            {"name":"mode","type":"choice","description":"How fast","required":true,"default":"calm","choices":["calm","quick"]},
            {"name":"hold","type":"boolean","description":"Stay there","required":false}],"verification":null},
            {"name":"FIRE_ENGINE","title":"Fire engine","description":"Changes the orbit, and spends propellant.","significance":"critical","repeatable":false,"expires_in":7200,"arguments":[
            {"name":"delta_v","type":"number","unit":"m/s","description":"Along the flight, negative: against it","required":true,"minimum":-200,"maximum":200}],
            "verification":{"parameter":"speed","within":120,"changes_by":{"argument":"delta_v"},"tolerance":2}}]}""";

    private final StandInService http = new StandInService(this::answer);
    private final Map<String, ObjectNode> commands = new ConcurrentHashMap<>();
    private final Map<String, String> byKey = new ConcurrentHashMap<>();
    /** What was posted to /dispatch, with its key. */
    final List<StandInService.Request> dispatched = new CopyOnWriteArrayList<>();

    StandInDispatcher() throws IOException {}

    StandInService http() {
        return http;
    }

    /** A command that somebody asked for elsewhere. */
    String add(String type, String state, String who, @Nullable String detail) {
        var command = command(Json.mapper().createObjectNode().put("command_type", type), who, state);
        String id = command.path("id").asText();
        change(id, state, who, detail);
        return id;
    }

    void change(String id, String state, String who, @Nullable String detail) {
        ObjectNode command = command(id);
        synchronized (command) {
            Instant now = Instant.now();
            command.put("state", state)
                    .put("final", FINAL.contains(state))
                    .put("detail", detail)
                    .put("changed_at", now.toString())
                    .put("revision", command.path("revision").asInt() + 1);
            command.withArray("history")
                    .addObject()
                    .put("at", now.toString())
                    .putNull("device_time")
                    .put("stage", state)
                    .put("by", who)
                    .put("detail", detail)
                    .put("late", false);
            http.publish("command", command);
        }
    }

    ObjectNode command(String id) {
        return java.util.Objects.requireNonNull(commands.get(id));
    }

    int count() {
        return commands.size();
    }

    @Override
    public void close() {
        http.close();
    }

    private StandInService.Reply answer(StandInService.Request request) {
        String path = request.path();
        if (path.startsWith("/dictionary/")) {
            return path.endsWith("/lunar-module")
                    ? new StandInService.Reply(
                            200,
                            Json.parse(DICTIONARY.getBytes(java.nio.charset.StandardCharsets.UTF_8), JsonNode.class))
                    : StandInService.fault(404, "No commands are declared");
        }
        if (path.equals("/dispatch")) {
            return dispatch(request);
        }
        if (path.equals("/commands")) {
            return list(request.query());
        }
        String[] parts = path.split("/");
        ObjectNode command = parts.length > 2 ? commands.get(parts[2]) : null;
        if (command == null) {
            return StandInService.fault(404, "No such command");
        }
        return parts.length == 3 ? new StandInService.Reply(200, command) : decide(command, parts[3], request);
    }

    private StandInService.Reply dispatch(StandInService.Request request) {
        dispatched.add(request);
        JsonNode pitch = request.body().path("parameters").path("pitch");
        if (request.body().path("command_type").asText().equals("SET_ATTITUDE")
                && (!pitch.isNumber() || Math.abs(pitch.asDouble()) > 90)) {
            return StandInService.fault(422, "parameters.pitch", "parameters.pitch", "must be a number from -90 to 90");
        }
        boolean critical = request.body().path("command_type").asText().equals("FIRE_ENGINE");
        if (request.body().path("dry_run").asBoolean()) {
            return new StandInService.Reply(200, request.body());
        }
        String id = byKey.computeIfAbsent(
                request.key(),
                ignored -> command(request.body(), request.caller(), critical ? "held" : "accepted")
                        .path("id")
                        .asText());
        if (command(id).path("history").isEmpty()) {
            change(id, critical ? "held" : "accepted", request.caller(), "");
        }
        return new StandInService.Reply(202, command(id));
    }

    private ObjectNode command(JsonNode body, String who, String state) {
        Instant now = Instant.now();
        var command = Json.mapper().createObjectNode();
        command.put("id", UUID.randomUUID().toString())
                .put("device", body.path("device").asText("lunar-module"))
                .put("device_type", "lunar-module")
                .put("dictionary_version", 1)
                .put("command_type", body.path("command_type").asText())
                .put("significance", state.equals("held") ? "critical" : "normal")
                .put("state", state)
                .put("final", FINAL.contains(state))
                .putNull("detail")
                .put("requested_by", who)
                .put("principal", who)
                .put("requested_at", now.toString())
                .put("expires_at", now.plusSeconds(3_600).toString())
                .put("attempts", 0)
                .put("revision", 0);
        command.set(
                "parameters",
                body.path("parameters").isObject()
                        ? body.path("parameters")
                        : Json.mapper().createObjectNode());
        command.putArray("history");
        commands.put(command.path("id").asText(), command);
        return command;
    }

    private StandInService.Reply list(Map<String, String> query) {
        var page = Json.mapper().createObjectNode();
        var list = new ArrayList<ObjectNode>(commands.values());
        list.removeIf(one -> query.containsKey("state")
                && !one.path("state").asText().equals(query.get("state"))
                && !(query.get("state").equals("open") && !one.path("final").asBoolean()));
        Instant last = Instant.parse(query.getOrDefault("to", "2100-01-01T00:00:00Z"));
        list.removeIf(one -> Instant.parse(one.path("requested_at").asText()).isAfter(last));
        list.removeIf(one ->
                query.containsKey("device") && !one.path("device").asText().equals(query.get("device")));
        list.removeIf(one -> query.containsKey("requested_by")
                && !one.path("requested_by").asText().equals(query.get("requested_by")));
        list.sort((one, other) -> other.path("requested_at")
                .asText()
                .compareTo(one.path("requested_at").asText()));
        int from = Integer.parseInt(query.getOrDefault("cursor", "0"));
        int to = Math.min(from + Integer.parseInt(query.getOrDefault("limit", "100")), list.size());
        page.putArray("commands").addAll(list.subList(from, to));
        page.put("next", to < list.size() ? Integer.toString(to) : null);
        return new StandInService.Reply(200, page);
    }

    private StandInService.Reply decide(ObjectNode command, String decision, StandInService.Request request) {
        String state = command.path("state").asText();
        if (!decision.equals("cancel") && !state.equals("held")) {
            return StandInService.fault(409, "It is not held");
        }
        if (decision.equals("approve") && command.path("requested_by").asText().equals(request.caller())) {
            return StandInService.fault(403, "Who asks for a command cannot approve it");
        }
        String next = Map.of("approve", "approved", "reject", "rejected").getOrDefault(decision, "cancelled");
        change(
                command.path("id").asText(),
                next,
                request.caller(),
                request.body().path("reason").asText(null));
        return new StandInService.Reply(200, command);
    }
}
