package org.perilune.lunarmodule;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.client.ServiceClient;
import org.perilune.chassis.http.Access;
import org.perilune.chassis.http.Requests;
import org.perilune.chassis.json.Json;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.chassis.runtime.TraceContext;
import org.perilune.lunarmodule.command.CommandStore;
import org.perilune.lunarmodule.command.ReceivedCommand;
import org.perilune.lunarmodule.mission.Mission;
import org.perilune.lunarmodule.mission.Predictions;
import org.perilune.lunarmodule.telemetry.Flight;

/** {@code GET /state}, {@code /predictions}, {@code /commands}, {@code /command} and {@code POST /command}. */
final class LunarModuleRoutes {
    private static final String AUTHORIZATION = "Authorization";
    private static final String IDEMPOTENCY_KEY = "Idempotency-Key";
    private static final Pattern KEY = Pattern.compile("[\\x21-\\x7e]([\\x20-\\x7e]{0,198}[\\x21-\\x7e])?");
    private static final int MOST_EVENTS = 2_000;

    private final String device;
    private final Flight flight;
    private final Mission mission;
    private final CommandStore commands;
    private final ServiceClient dispatcher;
    private final Clock clock;

    LunarModuleRoutes(
            String device,
            Flight flight,
            Mission mission,
            CommandStore commands,
            ServiceClient dispatcher,
            Clock clock) {
        this.device = device;
        this.flight = flight;
        this.mission = mission;
        this.commands = commands;
        this.dispatcher = dispatcher;
        this.clock = clock;
    }

    private record NewCommand(
            @JsonProperty("command_type") @Nullable String type,
            @JsonProperty("parameters") @Nullable JsonNode parameters) {}

    /** As command-dispatcher takes it. */
    private record Dispatch(
            @JsonProperty("command_type") String type,

            @JsonInclude(JsonInclude.Include.NON_NULL) @JsonProperty("parameters") @Nullable
            JsonNode parameters,

            @JsonProperty("device") String device) {}

    private record Commands(@JsonProperty("commands") List<ReceivedCommand> commands) {}

    void addTo(JavalinConfig config) {
        config.routes.get("/state", context -> context.json(flight.report()), Access.VIEWER);
        config.routes.get("/predictions", this::predictions, Access.VIEWER);
        config.routes.get("/commands", this::newest, Access.VIEWER);
        config.routes.get("/command", this::oldest, Access.OPERATOR);
        config.routes.post("/command", this::dispatch, Access.OPERATOR);
    }

    private void predictions(Context context) {
        Requests.onlyParameters(context, Set.of("hours"));
        var ahead = Duration.ofHours(Requests.integer(context, "hours", 48, 1, 168));
        context.json(Predictions.of(device, mission.now(), clock.instant(), ahead, MOST_EVENTS));
    }

    private void newest(Context context) {
        Requests.onlyParameters(context, Set.of("limit"));
        context.json(new Commands(commands.newest(Requests.integer(context, "limit", 100, 1, 1_000))));
    }

    private void oldest(Context context) {
        commands.oldestOpen().ifPresentOrElse(context::json, () -> context.status(204));
    }

    /** Passed on as the caller's own: rights, approval and what was asked before are the dispatcher's to judge. */
    private void dispatch(Context context) {
        var command = Requests.json(context, NewCommand.class);
        if (command.type() == null) {
            throw new ServiceException.Invalid("command_type", "is missing");
        }
        var headers = new HashMap<String, String>();
        copy(context, AUTHORIZATION, headers);
        String key = context.header(IDEMPOTENCY_KEY);
        if (key != null && !KEY.matcher(key).matches()) {
            throw Requests.malformed(IDEMPOTENCY_KEY, "must be 1 to 200 printable ASCII characters");
        }
        copy(context, IDEMPOTENCY_KEY, headers);
        copy(context, TraceContext.HEADER, headers);
        byte[] body = Json.bytes(new Dispatch(command.type(), command.parameters(), device));
        ServiceClient.Answer answer = dispatcher.exchange("POST", "/dispatch", body, headers);
        context.status(answer.status());
        context.result(answer.body());
        context.contentType(answer.contentType());
    }

    private static void copy(Context context, String header, Map<String, String> into) {
        String value = context.header(header);
        if (value != null) {
            into.put(header, value);
        }
    }
}
