package org.perilune.console.uplink;

import com.fasterxml.jackson.databind.JsonNode;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.perilune.chassis.client.ServiceClient;
import org.perilune.chassis.http.Access;
import org.perilune.chassis.json.Json;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.console.fleet.Device;
import org.perilune.console.fleet.DeviceChoice;
import org.perilune.console.pages.JtecommandGenerated;
import org.perilune.console.pages.JtecommandsGenerated;
import org.perilune.console.rendering.NoInterceptor;
import org.perilune.console.rendering.Pages;
import org.perilune.console.session.SessionCookie;
import org.perilune.console.session.Sessions;
import org.perilune.console.upstream.Relay;
import org.perilune.console.upstream.Shared;
import org.perilune.contracts.Topics;

/** Commands: the page, one command's page, and what their scripts ask for and send. */
public final class CommandRoutes {
    private final ServiceClient dispatcher;
    private final Relay relay;
    private final Shared<List<Device>> fleet;
    private final Sessions sessions;
    private final SessionCookie cookie;
    private final Pages pages;

    public CommandRoutes(
            ServiceClient dispatcher,
            Relay relay,
            Shared<List<Device>> fleet,
            Sessions sessions,
            SessionCookie cookie,
            Pages pages) {
        this.dispatcher = dispatcher;
        this.relay = relay;
        this.fleet = fleet;
        this.sessions = sessions;
        this.cookie = cookie;
        this.pages = pages;
    }

    public void addTo(JavalinConfig config) {
        config.routes.get("/commands", this::page, Access.VIEWER);
        config.routes.get("/commands/{id}", this::command, Access.VIEWER);
        config.routes.get("/commands.json", context -> relay.get(context, dispatcher, "/commands"), Access.VIEWER);
        config.routes.get(
                "/commands/{id}/now.json", context -> relay.get(context, dispatcher, path(context, "")), Access.VIEWER);
        config.routes.get("/dictionary/{type}", this::dictionary, Access.VIEWER);
        config.routes.post(
                "/commands", context -> relay.act(context, dispatcher, "POST", "/dispatch"), Access.OPERATOR);
        config.routes.post("/commands/{id}/approve", context -> decide(context, "/approve"), Access.FLIGHT_DIRECTOR);
        config.routes.post("/commands/{id}/reject", context -> decide(context, "/reject"), Access.FLIGHT_DIRECTOR);
        config.routes.post("/commands/{id}/cancel", context -> decide(context, "/cancel"), Access.OPERATOR);
    }

    /** How many commands wait for approval, a hundred at most; -1 when that is not known. */
    public static int held(ServiceClient dispatcher, String token) {
        try {
            var answer =
                    dispatcher.exchange("GET", "/commands?state=held&limit=100", Optional.of(token), Optional.empty());
            return answer.status() == 200
                    ? answer.as(JsonNode.class).path("commands").size()
                    : -1;
        } catch (ServiceException.Unavailable | ServiceException.Malformed away) {
            return -1;
        }
    }

    private void page(Context context) {
        var access = sessions.access(cookie.required(context));
        var frame = pages.frame(context, "Commands", "commands", Optional.of(access));
        var devices = DeviceChoice.of(fleet, access.token());
        Optional<JsonNode> first = relay.ask(context, dispatcher, "/commands?limit=100" + filters(context));
        String json = Relay.text(Map.of("devices", devices, "first", first));
        pages.page(context, frame, out -> JtecommandsGenerated.render(out, NoInterceptor.NONE, json, frame));
    }

    /** What the page's address asks for, as a device's page leads here; the script shows it in the form of filters. */
    private static String filters(Context context) {
        var query = new StringBuilder();
        Map.of("device", "device", "state", "state", "who", "requested_by").forEach((name, asked) -> {
            String value = context.queryParam(name);
            if (value != null && !value.isBlank()) {
                query.append("&").append(asked).append("=").append(URLEncoder.encode(value, StandardCharsets.UTF_8));
            }
        });
        return query.toString();
    }

    private void command(Context context) {
        var access = sessions.access(cookie.required(context));
        var answer = dispatcher.exchange("GET", path(context, ""), Optional.of(access.token()), Optional.empty());
        if (answer.status() == 404) {
            throw new ServiceException.NotFound("No command has this id. The Commands page lists them all.");
        }
        if (answer.status() != 200) {
            throw new ServiceException.Unavailable("command-dispatcher answered " + answer.status(), null);
        }
        JsonNode command = answer.as(JsonNode.class);
        String type = command.path("command_type").asText();
        var frame = pages.frame(context, type, "commands", Optional.of(access));
        String json = Relay.text(command);
        pages.page(context, frame, out -> JtecommandGenerated.render(out, NoInterceptor.NONE, type, json, frame));
    }

    private void decide(Context context, String decision) {
        relay.act(context, dispatcher, "POST", path(context, decision));
    }

    private static String path(Context context, String rest) {
        return "/commands/" + Relay.id(context) + rest;
    }

    /** Most types of device have no commands: that is an answer, and no failure that browsers would complain of. */
    private void dictionary(Context context) {
        String type = context.pathParam("type");
        if (!Topics.DEVICE_NAME.matcher(type).matches()) {
            throw new ServiceException.NotFound("There is no such type of device");
        }
        String token = sessions.access(cookie.required(context)).token();
        var answer = dispatcher.exchange("GET", "/dictionary/" + type, Optional.of(token), Optional.empty());
        if (answer.status() != 404) {
            Relay.answer(context, answer);
            return;
        }
        context.contentType("application/json")
                .result(Json.bytes(Map.of("device_type", type, "declared", false, "commands", List.of())));
    }
}
