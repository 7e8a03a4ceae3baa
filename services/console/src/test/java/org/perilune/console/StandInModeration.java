package org.perilune.console;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.perilune.chassis.json.Json;

/** moderation as docs/api.md describes it. */
final class StandInModeration implements AutoCloseable {
    private static final String RULES = """
            {"version":3,"changed_at":"2026-11-20T00:00:00Z","changed_by":"grace","rules":[
            {"id":"no-oaths","kind":"words","action":"reject","words":["damn","blast"],"note":"Mind your language"},
            {"id":"call-signs","kind":"pattern","action":"hold","pattern":"[A-Z]{3}-\\\\d+"},
            {"id":"not-too-long","kind":"length","action":"reject","minimum":2,"maximum":4000},
            {"id":"no-flood","kind":"rate","action":"reject","comments":10,"seconds":60},
            {"id":"links","kind":"links","action":"hold","maximum":2,"allowed_hosts":["nasa.gov"]}]}""";

    private final StandInService http = new StandInService(this::answer);
    private final Map<String, ObjectNode> decisions = new ConcurrentHashMap<>();
    final List<StandInService.Request> sent = new CopyOnWriteArrayList<>();
    volatile ObjectNode rules = (ObjectNode) Json.parse(RULES.getBytes(StandardCharsets.UTF_8), JsonNode.class);

    StandInModeration() throws IOException {}

    StandInService http() {
        return http;
    }

    String add(String status, String rule, String reason, String author, String text) {
        String id = UUID.randomUUID().toString();
        decisions.put(
                id,
                Json.mapper()
                        .createObjectNode()
                        .put("comment_id", id)
                        .put("post_id", UUID.randomUUID().toString())
                        .put("text_revision", 1)
                        .put("number", 1)
                        .put("status", status)
                        .put("rule", rule)
                        .put("reason", reason)
                        .put("by", "moderation")
                        .put("at", "2026-11-20T00:00:00Z")
                        .put("author", author)
                        .put("text", text));
        return id;
    }

    /** As somebody else does elsewhere. */
    void changeRules(String by) {
        rules.put("version", rules.path("version").asInt() + 1).put("changed_by", by);
    }

    @Override
    public void close() {
        http.close();
    }

    private StandInService.Reply answer(StandInService.Request request) {
        if (!request.method().equals("GET")) {
            sent.add(request);
        }
        String[] path = request.path().split("/");
        if (request.path().equals("/rules/try")) {
            boolean oath = request.body().path("text").asText().contains("damn");
            return new StandInService.Reply(
                    200,
                    Json.mapper()
                            .createObjectNode()
                            .put("status", oath ? "rejected" : "approved")
                            .put("rule", oath ? "no-oaths" : null)
                            .put("reason", oath ? "has the word damn" : null));
        }
        if (request.path().equals("/rules")) {
            return request.method().equals("GET") ? new StandInService.Reply(200, rules) : put(request);
        }
        if (path.length == 4) {
            ObjectNode one = Objects.requireNonNull(decisions.get(path[2]));
            one.put("status", path[3].equals("approve") ? "approved" : "rejected")
                    .put("by", request.caller())
                    .put("number", 2)
                    .put("reason", request.body().path("reason").textValue());
            return new StandInService.Reply(200, one);
        }
        var page = Json.mapper().createObjectNode();
        var list = page.putArray("decisions");
        decisions.values().stream()
                .filter(one ->
                        one.path("status").asText().equals(request.query().get("status")))
                .forEach(list::add);
        return new StandInService.Reply(200, page.putNull("next"));
    }

    private StandInService.Reply put(StandInService.Request request) {
        if (request.body().path("version").asInt() != rules.path("version").asInt()) {
            return StandInService.fault(409, "The rules are at version " + rules.path("version"));
        }
        int index = 0;
        for (JsonNode rule : request.body().path("rules")) {
            if (rule.path("kind").asText().equals("pattern")
                    && rule.path("pattern").asText().contains("(")) {
                return StandInService.fault(422, "rules", "rules[" + index + "].pattern", "missing closing )");
            }
            index++;
        }
        rules.set("rules", request.body().path("rules"));
        changeRules(request.caller());
        return new StandInService.Reply(200, rules);
    }
}
