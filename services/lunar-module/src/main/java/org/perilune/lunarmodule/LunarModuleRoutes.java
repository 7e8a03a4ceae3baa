package org.perilune.lunarmodule;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.Access;
import org.perilune.chassis.HttpListener;
import org.perilune.chassis.Requests;
import org.perilune.chassis.ServiceException;

/** {@code GET /state}, {@code GET} and {@code POST /command}. */
final class LunarModuleRoutes {
    private static final Pattern COMMAND_TYPE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,63}");
    private static final int MOST_PARAMETER_CHARACTERS = 16 * 1024;

    private final Flight flight;
    private final CommandStore commands;

    private record NewCommand(
            @JsonProperty("command_type") @Nullable String type,
            @JsonProperty("parameters") @Nullable JsonNode parameters) {}

    LunarModuleRoutes(Flight flight, CommandStore commands) {
        this.flight = flight;
        this.commands = commands;
    }

    void addTo(JavalinConfig config) {
        config.routes.get("/state", context -> context.json(flight.report()), Access.VIEWER);
        config.routes.get("/command", this::oldest, Access.OPERATOR);
        config.routes.post("/command", this::add, Access.OPERATOR);
    }

    private void oldest(Context context) {
        commands.oldestPending().ifPresentOrElse(context::json, () -> context.status(204));
    }

    private void add(Context context) {
        var command = Requests.json(context, NewCommand.class);
        String type = command.type();
        if (type == null || !COMMAND_TYPE.matcher(type).matches()) {
            throw new ServiceException.Invalid(
                    "command_type",
                    "must be 1 to 64 letters, digits, '_', '-' or '.', beginning with a letter or digit");
        }
        context.status(201)
                .json(commands.add(
                        type,
                        parameters(command.parameters()),
                        HttpListener.principal(context).name()));
    }

    private static JsonNode parameters(@Nullable JsonNode given) {
        if (given == null || given.isNull()) {
            return JsonNodeFactory.instance.objectNode();
        }
        if (!given.isObject()) {
            throw new ServiceException.Invalid("parameters", "must be an object");
        }
        if (given.toString().length() > MOST_PARAMETER_CHARACTERS) {
            throw new ServiceException.Invalid(
                    "parameters", "must not be longer than " + MOST_PARAMETER_CHARACTERS + " characters");
        }
        // PostgreSQL's text has no place for it.
        if (given.toString().contains("\\u0000")) {
            throw new ServiceException.Invalid("parameters", "must not contain the character U+0000");
        }
        return given;
    }
}
