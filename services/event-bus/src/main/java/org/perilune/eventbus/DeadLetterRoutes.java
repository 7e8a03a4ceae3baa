package org.perilune.eventbus;

import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.perilune.chassis.Access;
import org.perilune.chassis.HttpListener;
import org.perilune.chassis.OutboxRelay;
import org.perilune.chassis.Requests;
import org.perilune.chassis.ServiceException;

/** {@code GET /dead-letters} and {@code POST /dead-letters/{id}/redrive}. */
final class DeadLetterRoutes {
    private final DeadLetterStore store;
    private final OutboxRelay relay;

    DeadLetterRoutes(DeadLetterStore store, OutboxRelay relay) {
        this.store = store;
        this.relay = relay;
    }

    void register(JavalinConfig javalin) {
        javalin.routes.get("/dead-letters", this::page, Access.VIEWER);
        javalin.routes.post("/dead-letters/{id}/redrive", this::redrive, Access.OPERATOR);
    }

    private void page(Context context) {
        Requests.onlyParameters(context, Set.of("state", "limit"));
        String state = Requests.text(context, "state").orElse("open");
        if (!Set.of("open", "all").contains(state)) {
            throw Requests.malformed("state", "must be open or all");
        }
        int limit = Requests.integer(context, "limit", 100, 1, 1_000);
        context.json(Map.of("dead_letters", store.newest(state.equals("open"), limit)));
    }

    private void redrive(Context context) {
        Requests.onlyParameters(context, Set.of());
        UUID id = id(context.pathParam("id"));
        switch (store.redrive(id, HttpListener.principal(context).name())) {
            case SENT -> {
                relay.wake();
                context.status(202).json(Map.of("id", id));
            }
            case SENT_BEFORE ->
                throw new ServiceException.Conflict(
                        "It was sent again before; where it failed again it is a dead letter of its own");
            case UNKNOWN -> throw new ServiceException.NotFound("No dead letter has the id " + id);
        }
    }

    private static UUID id(String text) {
        try {
            UUID id = UUID.fromString(text);
            if (id.toString().equalsIgnoreCase(text)) {
                return id;
            }
        } catch (IllegalArgumentException ignored) {
            // Answered below, like an id of another form.
        }
        throw new ServiceException.NotFound("A dead letter's id is a UUID; this is none");
    }
}
