package org.perilune.eventbus.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.http.Access;
import org.perilune.chassis.http.HttpListener;
import org.perilune.chassis.http.IdCursor;
import org.perilune.chassis.http.Requests;
import org.perilune.chassis.json.TextValidation;
import org.perilune.chassis.messaging.OutboxRelay;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.eventbus.delivery.DeadLetter;
import org.perilune.eventbus.delivery.DeadLetterStore;
import org.perilune.eventbus.delivery.WebhookDispatcher;
import org.perilune.eventbus.log.RedactionPolicy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code GET /dead-letters}; {@code POST} to {@code /redrive}, {@code /{id}/redrive} and {@code /{id}/dismiss} of it. */
public final class DeadLetterRoutes {
    private static final int LONGEST_QUEUE = 255;
    private static final int MOST_AT_ONCE = 1_000;
    private static final Logger LOG = LoggerFactory.getLogger(DeadLetterRoutes.class);

    private final DeadLetterStore store;
    private final OutboxRelay relay;
    private final WebhookDispatcher webhooks;

    public DeadLetterRoutes(DeadLetterStore store, OutboxRelay relay, WebhookDispatcher webhooks) {
        this.store = store;
        this.relay = relay;
        this.webhooks = webhooks;
    }

    public void register(JavalinConfig javalin) {
        javalin.routes.get("/dead-letters", this::page, Access.VIEWER);
        javalin.routes.post("/dead-letters/redrive", this::redriveAll, Access.OPERATOR);
        javalin.routes.post("/dead-letters/{id}/redrive", this::redrive, Access.OPERATOR);
        javalin.routes.post("/dead-letters/{id}/dismiss", this::dismiss, Access.OPERATOR);
    }

    private void page(Context context) {
        Requests.onlyParameters(context, Set.of("state", "queue", "limit", "cursor"));
        String state = Requests.text(context, "state").orElse("open");
        if (!Set.of("open", "all").contains(state)) {
            throw Requests.malformed("state", "must be open or all");
        }
        Optional<String> queue = Requests.text(context, "queue");
        queue.flatMap(name -> TextValidation.fault(name, LONGEST_QUEUE)).ifPresent(fault -> {
            throw Requests.malformed("queue", fault);
        });
        int limit = Requests.integer(context, "limit", 100, 1, 1_000);
        String question = "dead-letters " + state + " " + queue.orElse("");
        Optional<UUID> after = Requests.text(context, "cursor").map(text -> IdCursor.read(text, question));
        List<DeadLetter> found = store.page(state.equals("open"), queue, after, limit);
        var redaction = RedactionPolicy.of(context);
        context.json(new Page(
                found.stream().map(letter -> letter.shownTo(redaction)).toList(),
                found.size() < limit ? null : IdCursor.text(found.getLast().id(), question)));
    }

    private record Page(
            @JsonProperty("dead_letters") List<DeadLetter> deadLetters,
            @Nullable String next) {}

    private record Selection(@Nullable String queue) {}

    /** Each in a transaction of its own: where it stops half-way, the rest is still open. */
    private void redriveAll(Context context) {
        Requests.onlyParameters(context, Set.of());
        String queue = Requests.json(context, Selection.class).queue();
        if (queue == null || queue.isEmpty()) {
            throw new ServiceException.Invalid("queue", "is missing: dead letters are sent again queue by queue");
        }
        TextValidation.fault(queue, LONGEST_QUEUE).ifPresent(fault -> {
            throw new ServiceException.Invalid("queue", fault);
        });
        String by = HttpListener.principal(context).name();
        int sent = 0;
        for (UUID id : store.openOf(queue, MOST_AT_ONCE)) {
            DeadLetterStore.Redrive outcome = store.redrive(id, by);
            if (outcome == DeadLetterStore.Redrive.NOBODY) {
                wake();
                throw nobody(sent == 0 ? "" : "; %d others were sent again before".formatted(sent));
            }
            sent += outcome == DeadLetterStore.Redrive.SENT ? 1 : 0;
        }
        LOG.info("Dead letters are sent again [queue: {}, count: {}, by: {}]", queue, sent, by);
        wake();
        context.status(202).json(Map.of("queue", queue, "redriven", sent));
    }

    private void wake() {
        relay.wake();
        webhooks.wake();
    }

    private static ServiceException nobody(String others) {
        return new ServiceException.Conflict(
                "The subscription that it was for has ended; nobody is there to take it" + others);
    }

    private void redrive(Context context) {
        Requests.onlyParameters(context, Set.of());
        UUID id = id(context.pathParam("id"), "dead letter");
        String by = HttpListener.principal(context).name();
        switch (store.redrive(id, by)) {
            case SENT -> {
                LOG.info("A dead letter is sent again [id: {}, by: {}]", id, by);
                wake();
                context.status(202).json(Map.of("id", id));
            }
            case SENT_BEFORE ->
                throw new ServiceException.Conflict(
                        "It was sent again before; where it failed again it is a dead letter of its own");
            case NOBODY -> throw nobody("");
            case UNKNOWN -> throw unknown(id);
        }
    }

    private void dismiss(Context context) {
        Requests.onlyParameters(context, Set.of());
        UUID id = id(context.pathParam("id"), "dead letter");
        String by = HttpListener.principal(context).name();
        switch (store.dismiss(id, by)) {
            case DISMISSED -> {
                LOG.info("A dead letter is dismissed [id: {}, by: {}]", id, by);
                context.json(Map.of("id", id));
            }
            case CLOSED_BEFORE ->
                throw new ServiceException.Conflict("It was sent again or dismissed before; nothing is open about it");
            case UNKNOWN -> throw unknown(id);
        }
    }

    private static ServiceException unknown(UUID id) {
        return new ServiceException.NotFound("No dead letter has the id " + id);
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
