package org.perilune.console;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.perilune.chassis.json.Json;

/** timeline as docs/api.md describes it. */
final class StandInTimeline implements AutoCloseable {
    private final StandInService http = new StandInService(this::answer);
    private final Map<String, ObjectNode> events = new ConcurrentHashMap<>();
    final List<StandInService.Request> sent = new CopyOnWriteArrayList<>();

    StandInTimeline() throws IOException {}

    StandInService http() {
        return http;
    }

    ObjectNode add(String name, String kind, String state, Instant time, Instant until) {
        var event = Json.mapper().createObjectNode();
        event.put("id", UUID.randomUUID().toString())
                .put("name", name)
                .put("kind", kind)
                .put("time", time.toString())
                .put("until", until.equals(time) ? null : until.toString())
                .put("device", "lunar-module")
                .put("if_missed", "skip")
                .putNull("repeat")
                .put("state", state)
                .putNull("detail")
                .putNull("command")
                .putNull("command_id")
                .put("created_by", "grace")
                .put("changed_by", "grace")
                .put("version", 1);
        events.put(event.path("id").asText(), event);
        return event;
    }

    /** As somebody else does elsewhere. */
    void change(ObjectNode event, String field, String value) {
        event.put(field, value).put("version", event.path("version").asInt() + 1);
        http.publish("event", event);
    }

    @Override
    public void close() {
        http.close();
    }

    private StandInService.Reply answer(StandInService.Request request) {
        String path = request.path();
        if (!request.method().equals("GET")) {
            sent.add(request);
        }
        if (path.equals("/data")) {
            return list(request.query());
        }
        if (path.equals("/input")) {
            return input(request);
        }
        ObjectNode event = events.get(path.split("/")[2]);
        if (event == null) {
            return StandInService.fault(404, "No such event");
        }
        if (request.method().equals("GET")) {
            return new StandInService.Reply(200, event);
        }
        JsonNode version = request.body().path("version");
        if (version.isNumber() && version.asInt() != event.path("version").asInt()) {
            return StandInService.fault(409, "The event is at version " + event.path("version"));
        }
        if (path.endsWith("/cancel")) {
            event.put("state", "cancelled");
        } else {
            event.setAll((ObjectNode) request.body());
        }
        change(event, "changed_by", request.caller());
        return new StandInService.Reply(200, event);
    }

    private StandInService.Reply input(StandInService.Request request) {
        JsonNode body = request.body();
        if (body.path("name").asText().isEmpty()) {
            return StandInService.fault(422, "name", "name", "must not be empty");
        }
        Instant time = Instant.parse(body.path("time").asText());
        ObjectNode event = add(body.path("name").asText(), "planned", "planned", time, time);
        event.set("command", body.path("command"));
        event.put("changed_by", request.caller());
        http.publish("event", event);
        return new StandInService.Reply(201, event);
    }

    private StandInService.Reply list(Map<String, String> query) {
        Instant from = Instant.parse(query.getOrDefault("from", "1970-01-01T00:00:00Z"));
        Instant to = Instant.parse(query.getOrDefault("to", "2100-01-01T00:00:00Z"));
        var list = new ArrayList<ObjectNode>(events.values());
        list.removeIf(one -> Instant.parse(
                                one.path("until").asText(one.path("time").asText()))
                        .isBefore(from)
                || Instant.parse(one.path("time").asText()).isAfter(to)
                || (query.containsKey("state") && !one.path("state").asText().equals(query.get("state")))
                || (query.containsKey("kind") && !one.path("kind").asText().equals(query.get("kind"))));
        list.sort((one, other) ->
                one.path("time").asText().compareTo(other.path("time").asText()));
        var page = Json.mapper().createObjectNode();
        page.putArray("data").addAll(list);
        page.putNull("next");
        return new StandInService.Reply(200, page);
    }
}
