package org.perilune.eventbus.log;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import java.util.Set;
import org.perilune.chassis.http.HttpListener;
import org.perilune.chassis.http.Principal;
import org.perilune.chassis.json.Json;
import org.perilune.contracts.FlightLog;
import org.perilune.contracts.Role;

/**
 * Events as somebody may see them: a comment's text is in its events before moderation has read it, and stays there
 * when it is rejected or deleted.
 *
 * @param whole whether they are shown as they are: to flight directors, and to services, which keep to the same rule
 */
public record RedactionPolicy(boolean whole) {
    private static final Set<String> COMMENTS = Set.of(FlightLog.COMMENT_CREATED, FlightLog.COMMENT_UPDATED);

    public static RedactionPolicy of(Context context) {
        Principal viewer = HttpListener.principal(context);
        return new RedactionPolicy(viewer.isService() || viewer.role().includes(Role.FLIGHT_DIRECTOR));
    }

    /** The event as JSON. */
    public String shown(EventLog.Entry entry) {
        if (whole || !COMMENTS.contains(entry.type())) {
            return entry.body();
        }
        ObjectNode event = Json.parse(entry.body().getBytes(UTF_8), ObjectNode.class);
        if (event.get("data") instanceof ObjectNode data) {
            data.putNull("text");
            data.putArray("references");
        } else {
            event.remove("data");
        }
        return new String(Json.bytes(event), UTF_8);
    }

    /** Whether a message that may have been cut off, or be no event at all, is for them. */
    public boolean shows(String message) {
        return whole || COMMENTS.stream().noneMatch(type -> message.contains('"' + type + '"'));
    }
}
