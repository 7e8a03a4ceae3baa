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
    private final Couriers couriers;

    DeadLetterRoutes(DeadLetterStore store, OutboxRelay relay, Couriers couriers) {
        this.store = store;
        this.relay = relay;
        this.couriers = couriers;
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
        UUID id = id(context.pathParam("id"), "dead letter");
        switch (store.redrive(id, HttpListener.principal(context).name())) {
            case SENT -> {
                relay.wake();
                couriers.wake();
                context.status(202).json(Map.of("id", id));
            }
            case SENT_BEFORE ->
                throw new ServiceException.Conflict(
                        "It was sent again before; where it failed again it is a dead letter of its own");
            case NOBODY ->
                throw new ServiceException.Conflict(
                        "The subscription that it was for has ended; nobody is there to take it");
            case UNKNOWN -> throw new ServiceException.NotFound("No dead letter has the id " + id);
        }
    }

    static UUID id(String text, String of) {
        try {
            UUID id = UUID.fromString(text);
            if (id.toString().equalsIgnoreCase(text)) {
                return id;
            }
        } catch (IllegalArgumentException ignored) {
            // Answered below, like an id of another form.
        }
        throw new ServiceException.NotFound("The id of a " + of + " is a UUID; this is none");
    }
}
