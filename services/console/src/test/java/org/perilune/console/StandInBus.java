package org.perilune.console;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.perilune.chassis.json.Json;

/** event-bus as docs/api.md describes it, as far as the System page goes. */
final class StandInBus implements AutoCloseable {
    private final StandInService http = new StandInService(this::answer);
    /** Ids of open dead letters. */
    final List<String> dead = new CopyOnWriteArrayList<>();

    StandInBus() throws IOException {}

    StandInService http() {
        return http;
    }

    @Override
    public void close() {
        http.close();
    }

    private StandInService.Reply answer(StandInService.Request request) {
        var answer = Json.mapper().createObjectNode();
        switch (request.path()) {
            case "/queues" ->
                answer.put("log_position", 12345)
                        .put("dead_letters_open", dead.size())
                        .putArray("queues")
                        .addObject()
                        .put("name", "perilune.query.events")
                        .put("waiting", 7)
                        .put("consumers", 2);
            case "/subscriptions" ->
                answer.putArray("subscriptions")
                        .addObject()
                        .put("id", "s1")
                        .put("url", "https://hooks.example/in")
                        .put("state", "failing")
                        .put("waiting", 3)
                        .put("delivered", 40)
                        .put("last_status", 500)
                        .put("last_error", "answered 500")
                        .put("retry_at", "2026-11-21T02:38:00Z")
                        .put("created_by", "grace")
                        .putArray("types")
                        .add("PostCreated");
            case "/dead-letters" -> {
                var list = answer.putArray("dead_letters");
                dead.forEach(id -> list.addObject()
                        .put("id", id)
                        .put("queue", "perilune.query.events")
                        .put("message_id", "m-" + id)
                        .put("reason", "cannot be read: <b>bad</b>")
                        .put("tries", 5)
                        .put("arrived_at", "2026-11-21T02:38:00Z")
                        .putNull("redriven_at")
                        .putNull("redriven_by")
                        .put("body", "{\"type\":\"PostCreated\"}"));
            }
            default -> {
                String id = request.path().split("/")[2];
                if (!dead.remove(id)) {
                    return StandInService.fault(409, "It was sent again already");
                }
                return new StandInService.Reply(202, answer.put("id", id));
            }
        }
        return new StandInService.Reply(200, answer);
    }
}
