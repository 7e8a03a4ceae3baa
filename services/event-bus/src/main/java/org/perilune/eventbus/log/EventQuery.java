package org.perilune.eventbus.log;

import io.javalin.http.Context;
import java.util.Set;
import org.perilune.chassis.http.Requests;
import org.perilune.contracts.EventTypes;

/** Parameters that replay and stream share. */
public final class EventQuery {
    private EventQuery() {}

    public static Set<String> types(Context context) {
        for (String type : context.queryParams("type")) {
            if (!EventTypes.isType(type)) {
                throw Requests.malformed(
                        "type",
                        "must be an event's type, such as PostCreated; give it several times for several types");
            }
        }
        return Set.copyOf(context.queryParams("type"));
    }

    /** @throws org.perilune.chassis.runtime.ServiceException.Malformed for what is no position */
    public static long position(String name, String text) {
        try {
            long position = Long.parseLong(text);
            if (position >= 0) {
                return position;
            }
        } catch (NumberFormatException ignored) {
            // Answered below, like a negative number.
        }
        throw Requests.malformed(name, "must be a position in the log: 0, or one that was given before");
    }
}
