package org.perilune.eventbus;

import io.javalin.http.Context;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.perilune.chassis.Requests;

/** {@code GET /events}: the log, in its order. */
final class ReplayRoute {
    private final EventLog log;

    ReplayRoute(EventLog log) {
        this.log = log;
    }

    void handle(Context context) {
        Requests.onlyParameters(context, Set.of("after", "type", "limit"));
        long after =
                EventQuery.position("after", Requests.text(context, "after").orElse("0"));
        Set<String> types = EventQuery.types(context);
        int limit = Requests.integer(context, "limit", 100, 1, 1_000);
        List<EventLog.Entry> found = log.after(after, types, limit);
        long next = found.isEmpty() ? after : found.getLast().position();
        // Bodies are JSON already: they go out as they came.
        String events = found.stream()
                .map(entry -> "{\"position\":" + entry.position() + ",\"event\":" + entry.body() + "}")
                .collect(Collectors.joining(","));
        context.contentType("application/json")
                .result(("{\"events\":[" + events + "],\"next\":" + next + "}").getBytes(StandardCharsets.UTF_8));
    }
}
