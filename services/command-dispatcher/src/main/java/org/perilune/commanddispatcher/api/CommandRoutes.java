package org.perilune.commanddispatcher.api;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.http.Access;
import org.perilune.chassis.http.HttpListener;
import org.perilune.chassis.http.Requests;
import org.perilune.chassis.json.JsonObjectReader;
import org.perilune.chassis.json.TextValidation;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.commanddispatcher.intake.DispatchRoute;
import org.perilune.commanddispatcher.lifecycle.CommandCursor;
import org.perilune.commanddispatcher.lifecycle.CommandJson;
import org.perilune.commanddispatcher.lifecycle.CommandQueries;
import org.perilune.commanddispatcher.lifecycle.CommandQuery;
import org.perilune.commanddispatcher.lifecycle.CommandRecord;
import org.perilune.commanddispatcher.lifecycle.CommandState;
import org.perilune.commanddispatcher.uplink.Uplink;

/** Commands over HTTP; see {@code docs/api.md}. */
public final class CommandRoutes {
    private static final int LONGEST_REASON = 1_000;
    private static final int LONGEST_NAME = 128;
    private static final Pattern ID =
            Pattern.compile("[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}");
    private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59.999999Z");
    /** All that are not final. */
    private static final String OPEN = "open";

    private final DispatchRoute dispatch;
    private final CommandQueries queries;
    private final Approvals approvals;
    private final Uplink uplink;

    public CommandRoutes(DispatchRoute dispatch, CommandQueries queries, Approvals approvals, Uplink uplink) {
        this.dispatch = dispatch;
        this.queries = queries;
        this.approvals = approvals;
        this.uplink = uplink;
    }

    public void register(JavalinConfig javalin) {
        javalin.routes.post("/dispatch", dispatch::handle, Access.OPERATOR);
        javalin.routes.get("/commands", this::page, Access.VIEWER);
        javalin.routes.get("/commands/{id}", this::one, Access.VIEWER);
        javalin.routes.post("/commands/{id}/approve", this::approve, Access.FLIGHT_DIRECTOR);
        javalin.routes.post("/commands/{id}/reject", this::reject, Access.FLIGHT_DIRECTOR);
        javalin.routes.post("/commands/{id}/cancel", this::cancel, Access.OPERATOR);
    }

    private void page(Context context) {
        Requests.onlyParameters(context, Set.of("device", "state", "requested_by", "from", "to", "limit", "cursor"));
        String device = name(context, "device");
        String requestedBy = name(context, "requested_by");
        Set<CommandState> states = states(context);
        Instant from = instant(context, "from");
        Instant to = instant(context, "to");
        if (from != null && to != null && from.isAfter(to)) {
            throw Requests.malformed("from", "must not be after to");
        }
        String scope = CommandQuery.scope(device, states, requestedBy, from, to);
        String cursor = context.queryParam("cursor");
        CommandQueries.Page page = queries.page(new CommandQuery(
                device,
                states,
                requestedBy,
                from,
                to,
                Requests.integer(context, "limit", 100, 1, 1_000),
                cursor == null ? null : CommandCursor.read(cursor, scope)));
        String next = null;
        if (page.more()) {
            CommandRecord last = page.commands().getLast();
            next = new CommandCursor(last.requestedAt(), last.id()).text(scope);
        }
        context.result(CommandJson.page(page.commands(), next));
    }

    private void one(Context context) {
        Requests.onlyParameters(context, Set.of());
        UUID id = id(context);
        CommandRecord command = queries.find(id).orElseThrow(() -> CommandQueries.unknown(id));
        context.result(CommandJson.withHistory(command, queries.history(id)));
    }

    private void approve(Context context) {
        JsonObjectReader in = JsonObjectReader.of(body(context));
        String comment = in.text("comment", LONGEST_REASON);
        in.end();
        in.check();
        CommandRecord approved = approvals.approve(id(context), HttpListener.principal(context), comment);
        uplink.wake();
        context.result(CommandJson.one(approved));
    }

    private void reject(Context context) {
        JsonObjectReader in = JsonObjectReader.of(body(context));
        String reason = in.text("reason", LONGEST_REASON);
        if (reason.isBlank() && in.isSound()) {
            in.fault("reason", "is missing: say why, for whoever asked for it");
        }
        in.end();
        in.check();
        context.result(CommandJson.one(approvals.reject(id(context), HttpListener.principal(context), reason)));
    }

    private void cancel(Context context) {
        JsonObjectReader in = JsonObjectReader.of(body(context));
        String reason = in.text("reason", LONGEST_REASON);
        in.end();
        in.check();
        context.result(CommandJson.one(approvals.cancel(id(context), HttpListener.principal(context), reason)));
    }

    /** No body at all says as much as an empty one. */
    private static ObjectNode body(Context context) {
        return context.bodyAsBytes().length == 0
                ? JsonNodeFactory.instance.objectNode()
                : Requests.json(context, ObjectNode.class);
    }

    private static UUID id(Context context) {
        String text = context.pathParam("id");
        if (!ID.matcher(text).matches()) {
            throw new ServiceException.NotFound(
                    "A command's id is a UUID; '" + TextValidation.shortened(text) + "' is none");
        }
        return UUID.fromString(text);
    }

    private static Set<CommandState> states(Context context) {
        var states = EnumSet.noneOf(CommandState.class);
        for (String name : context.queryParams("state")) {
            if (name.equals(OPEN)) {
                EnumSet.allOf(CommandState.class).stream()
                        .filter(state -> !state.isFinal())
                        .forEach(states::add);
                continue;
            }
            states.add(EnumSet.allOf(CommandState.class).stream()
                    .filter(state -> state.wireName().equals(name))
                    .findFirst()
                    .orElseThrow(() -> Requests.malformed(
                            "state",
                            "must be open, or one of "
                                    + EnumSet.allOf(CommandState.class).stream()
                                            .map(CommandState::wireName)
                                            .toList())));
        }
        return states;
    }

    private static @Nullable String name(Context context, String parameter) {
        Optional<String> value = Requests.text(context, parameter);
        value.flatMap(text -> TextValidation.fault(text, LONGEST_NAME)).ifPresent(fault -> {
            throw Requests.malformed(parameter, fault);
        });
        return value.orElse(null);
    }

    /** PostgreSQL knows fewer instants than Java; there are no commands beyond either. */
    private static @Nullable Instant instant(Context context, String parameter) {
        Instant instant = Requests.instant(context, parameter).orElse(null);
        if (instant == null || instant.isBefore(Instant.EPOCH)) {
            return instant == null ? null : Instant.EPOCH;
        }
        return instant.isAfter(LATEST) ? LATEST : instant;
    }
}
