package org.perilune.console.fleet;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.perilune.chassis.client.ServiceClient;
import org.perilune.chassis.http.Access;
import org.perilune.chassis.json.Json;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.console.pages.JtedeviceGenerated;
import org.perilune.console.pages.JtefleetGenerated;
import org.perilune.console.pages.JtemessageGenerated;
import org.perilune.console.pages.JteworstGenerated;
import org.perilune.console.rendering.NoInterceptor;
import org.perilune.console.rendering.Pages;
import org.perilune.console.session.SessionCookie;
import org.perilune.console.session.Sessions;
import org.perilune.console.upstream.Shared;
import org.perilune.contracts.Topics;

/** Fleet and Device, and the data that their scripts ask for. */
public final class FleetRoutes {
    private final ServiceClient telemetry;
    private final Sessions sessions;
    private final SessionCookie cookie;
    private final Pages pages;
    private final Shared<List<Device>> fleet;
    private final Shared<Integer> held;
    private final Shared<Integer> dead;

    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Fleet(List<Device> devices) {}

    /**
     * @param held how many commands wait for approval; -1 when that is not known
     * @param dead how many dead letters are open; -1 when that is not known
     */
    public FleetRoutes(
            ServiceClient telemetry,
            Sessions sessions,
            SessionCookie cookie,
            Pages pages,
            Shared<List<Device>> fleet,
            Shared<Integer> held,
            Shared<Integer> dead) {
        this.telemetry = telemetry;
        this.sessions = sessions;
        this.cookie = cookie;
        this.pages = pages;
        this.fleet = fleet;
        this.held = held;
        this.dead = dead;
    }

    public void addTo(JavalinConfig config) {
        config.routes.get("/", this::fleet, Access.VIEWER);
        config.routes.get("/devices/{name}", this::device, Access.VIEWER);
        config.routes.get("/worst", this::worst, Access.VIEWER);
        config.routes.get("/devices.json", context -> pass(context, "/devices"), Access.VIEWER);
        config.routes.get("/devices/{name}/now.json", context -> pass(context, path(context)), Access.VIEWER);
        config.routes.get("/series", context -> pass(context, "/series" + query(context)), Access.VIEWER);
        config.routes.get("/data.csv", this::csv, Access.VIEWER);
    }

    private void fleet(Context context) {
        var access = sessions.access(cookie.required(context));
        var frame = pages.frame(context, "Fleet", "fleet", Optional.of(access));
        try {
            List<Device> devices = fleet.now(access.token());
            pages.page(context, frame, out -> JtefleetGenerated.render(out, NoInterceptor.NONE, devices, "", frame));
        } catch (ServiceException.Unavailable away) {
            context.status(503);
            String reason = String.valueOf(away.getMessage());
            pages.page(
                    context, frame, out -> JtefleetGenerated.render(out, NoInterceptor.NONE, List.of(), reason, frame));
        }
    }

    private void device(Context context) throws IOException {
        var access = sessions.access(cookie.required(context));
        String name = context.pathParam("name");
        var frame = pages.frame(context, name, "fleet", Optional.of(access));
        var answer = ask(path(context), access.token());
        if (answer.isEmpty()) {
            context.status(503);
            String detail =
                    "The values of " + name + " cannot be read just now. Devices keep recording, and nothing is "
                            + "lost. The System page tells which part is down; load this page again in a moment.";
            message(context, frame, "Telemetry is away", detail);
            return;
        }
        if (answer.get().status() == 404) {
            context.status(404);
            String detail =
                    "A device appears here with its first message. Enrol it with ./perilune device add " + name + ".";
            message(context, frame, "No device is called " + name, detail);
            return;
        }
        byte[] body = answer.get().body();
        var device = Json.mapper().readValue(body, Device.class);
        String json = new String(body, StandardCharsets.UTF_8);
        pages.page(context, frame, out -> JtedeviceGenerated.render(out, NoInterceptor.NONE, device, json, frame));
    }

    private void message(Context context, Pages.Frame frame, String title, String detail) {
        pages.page(context, frame, out -> JtemessageGenerated.render(out, NoInterceptor.NONE, title, detail));
    }

    /** Empty when telemetry is away. */
    private Optional<ServiceClient.Answer> ask(String path, String token) {
        try {
            return Optional.of(telemetry.exchange("GET", path, Optional.of(token), Optional.empty()))
                    .filter(answer -> answer.status() == 200 || answer.status() == 404);
        } catch (ServiceException.Unavailable away) {
            return Optional.empty();
        }
    }

    /** The header's signs: the worst limit in the fleet, commands that wait for approval, open dead letters. */
    private void worst(Context context) {
        String token = sessions.access(cookie.required(context)).token();
        int waiting = held.recent(token);
        int letters = dead.recent(token);
        List<Device> devices;
        try {
            devices = fleet.recent(token);
        } catch (ServiceException.Unavailable away) {
            pages.fragment(
                    context,
                    out -> JteworstGenerated.render(
                            out, NoInterceptor.NONE, Optional.empty(), -1, 0, waiting, letters));
            return;
        }
        Optional<Device.Violation> worst = devices.stream()
                .flatMap(device -> device.worst().stream())
                .max(Comparator.comparing(Device.Violation::level));
        long silent = devices.stream().filter(Device::silent).count();
        pages.fragment(
                context,
                out -> JteworstGenerated.render(
                        out, NoInterceptor.NONE, worst, devices.size(), silent, waiting, letters));
    }

    private void pass(Context context, String pathAndQuery) {
        var answer =
                telemetry.exchange("GET", pathAndQuery, sessions.token(cookie.required(context)), Optional.empty());
        context.status(answer.status()).contentType(answer.contentType()).result(answer.body());
    }

    private void csv(Context context) throws IOException {
        try (InputStream rows =
                telemetry.stream("/data.csv" + query(context), sessions.token(cookie.required(context)))) {
            String device = Optional.ofNullable(context.queryParam("device")).orElse("data");
            String file = device.replaceAll("[^A-Za-z0-9._-]", "_");
            context.contentType("text/csv; charset=utf-8")
                    .header("Content-Disposition", "attachment; filename=\"" + file + ".csv\"");
            rows.transferTo(context.outputStream());
        }
    }

    private static String path(Context context) {
        String name = context.pathParam("name");
        if (!Topics.DEVICE_NAME.matcher(name).matches()) {
            throw new ServiceException.NotFound("No device is called so");
        }
        return "/devices/" + URLEncoder.encode(name, StandardCharsets.UTF_8);
    }

    private static String query(Context context) {
        String query = context.queryString();
        return query == null ? "" : "?" + query;
    }
}
