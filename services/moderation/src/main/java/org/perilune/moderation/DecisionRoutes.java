package org.perilune.moderation;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.http.Access;
import org.perilune.chassis.http.HttpListener;
import org.perilune.chassis.http.IdCursor;
import org.perilune.chassis.http.Principal;
import org.perilune.chassis.http.Requests;
import org.perilune.chassis.http.UserText;
import org.perilune.chassis.json.Json;
import org.perilune.chassis.json.JsonObjectReader;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.chassis.runtime.TraceContext;
import org.perilune.contracts.FlightLog.Status;

/** Decisions over HTTP; see {@code docs/api.md}. */
final class DecisionRoutes {
    private static final int LONGEST_REASON = 500;

    private final Rulings rulings;
    private final Users persons;

    DecisionRoutes(Rulings rulings, Users persons) {
        this.rulings = rulings;
        this.persons = persons;
    }

    void register(JavalinConfig javalin) {
        javalin.routes.get("/decisions", this::page, Access.VIEWER);
        javalin.routes.get("/decisions/{comment}", this::one, Access.VIEWER);
        javalin.routes.post(
                "/decisions/{comment}/approve", context -> decide(context, Status.APPROVED), Access.FLIGHT_DIRECTOR);
        javalin.routes.post(
                "/decisions/{comment}/reject", context -> decide(context, Status.REJECTED), Access.FLIGHT_DIRECTOR);
    }

    private void page(Context context) {
        Requests.onlyParameters(context, Set.of("status", "post", "limit", "cursor"));
        Set<Status> statuses = statuses(context.queryParams("status"));
        UUID post = Requests.text(context, "post").map(DecisionRoutes::post).orElse(null);
        int limit = Requests.integer(context, "limit", 20, 1, 100);
        String question = statuses + "\n" + post;
        UUID before = Requests.text(context, "cursor")
                .map(cursor -> IdCursor.read(cursor, question))
                .orElse(null);
        Rulings.Page page = rulings.page(statuses, post, limit, before);
        Map<String, @Nullable Object> answer = new HashMap<>();
        answer.put("decisions", shown(page.rulings(), context));
        answer.put("next", page.more() ? IdCursor.text(page.rulings().getLast().id(), question) : null);
        context.json(answer);
    }

    private void one(Context context) {
        Requests.onlyParameters(context, Set.of());
        UUID comment = comment(context);
        List<Ruling> all = rulings.of(comment);
        if (all.isEmpty()) {
            throw Users.unknown(comment);
        }
        context.json(Map.of("decisions", shown(all, context)));
    }

    private void decide(Context context, Status status) {
        Requests.onlyParameters(context, Set.of());
        UUID comment = comment(context);
        boolean wordless = status == Status.APPROVED && context.bodyAsBytes().length == 0;
        JsonObjectReader in = JsonObjectReader.of(
                wordless ? Json.mapper().createObjectNode() : Requests.json(context, ObjectNode.class));
        Optional<String> reason = UserText.optionalText(in, "reason", LONGEST_REASON);
        if (status == Status.REJECTED && in.any("reason") == null) {
            in.fault("reason", "is missing: tell the author why");
        }
        Optional<Long> textRevision = in.integer("text_revision", 1, Long.MAX_VALUE);
        in.end();
        in.check();
        Principal principal = HttpListener.principal(context);
        if (!principal.isPerson()) {
            throw new ServiceException.Forbidden(
                    principal.name() + " is no person; what rules do not decide is for people");
        }
        Optional<TraceContext> trace = Optional.of(Requests.trace(context));
        context.json(persons.decide(
                comment, status, new Users.Word(principal.name(), reason.orElse(null), textRevision), trace));
    }

    private static List<Ruling> shown(List<Ruling> all, Context context) {
        Principal principal = HttpListener.principal(context);
        return all.stream().map(ruling -> ruling.shownTo(principal)).toList();
    }

    private static Set<Status> statuses(List<String> names) {
        Set<Status> statuses = EnumSet.noneOf(Status.class);
        for (String name : names) {
            statuses.add(Arrays.stream(Status.values())
                    .filter(status -> status.name().toLowerCase(Locale.ROOT).equals(name))
                    .findFirst()
                    .orElseThrow(() -> Requests.malformed("status", "must be pending, approved or rejected")));
        }
        return statuses;
    }

    private static UUID post(String text) {
        return uuid(text).orElseThrow(() -> Requests.malformed("post", "must be the id of a post, a UUID"));
    }

    private static UUID comment(Context context) {
        return uuid(context.pathParam("comment"))
                .orElseThrow(() -> new ServiceException.NotFound("A comment's id is a UUID; this is none"));
    }

    private static Optional<UUID> uuid(String text) {
        try {
            UUID id = UUID.fromString(text);
            return id.toString().equalsIgnoreCase(text) ? Optional.of(id) : Optional.empty();
        } catch (IllegalArgumentException noUuid) {
            return Optional.empty();
        }
    }
}
