package org.perilune.eventbus.api;

import io.javalin.http.Context;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import org.perilune.chassis.http.Requests;
import org.perilune.eventbus.log.EventLog;
import org.perilune.eventbus.log.EventQuery;
import org.perilune.eventbus.log.RedactionPolicy;

/** {@code GET /events}: the log, in its order. */
public final class ReplayRoute {
    private static final int MOST = 5_000;

    private final EventLog log;

    public ReplayRoute(EventLog log) {
        this.log = log;
    }

    public void handle(Context context) {
        Requests.onlyParameters(context, Set.of("after", "type", "limit"));
        long after =
                EventQuery.position("after", Requests.text(context, "after").orElse("0"));
        Set<String> types = EventQuery.types(context);
        int limit = Requests.integer(context, "limit", 100, 1, MOST);
        List<EventLog.Entry> found = log.after(after, types, limit);
        long next = found.isEmpty() ? after : found.getLast().position();
        var redaction = RedactionPolicy.of(context);
        // Bodies are JSON already.
        var answer = new StringBuilder("{\"events\":[");
        for (EventLog.Entry entry : found) {
            answer.append(answer.charAt(answer.length() - 1) == '[' ? "" : ",")
                    .append("{\"position\":")
                    .append(entry.position())
                    .append(",\"event\":")
                    .append(redaction.shown(entry))
                    .append('}');
        }
        answer.append("],\"next\":").append(next).append('}');
        context.contentType("application/json").result(answer.toString().getBytes(StandardCharsets.UTF_8));
    }
}
