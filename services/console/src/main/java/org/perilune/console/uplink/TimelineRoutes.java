package org.perilune.console.uplink;

import com.fasterxml.jackson.databind.JsonNode;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.perilune.chassis.client.ServiceClient;
import org.perilune.chassis.http.Access;
import org.perilune.console.fleet.Device;
import org.perilune.console.fleet.DeviceChoice;
import org.perilune.console.pages.JtetimelineGenerated;
import org.perilune.console.rendering.NoInterceptor;
import org.perilune.console.rendering.Pages;
import org.perilune.console.session.SessionCookie;
import org.perilune.console.session.Sessions;
import org.perilune.console.upstream.Relay;
import org.perilune.console.upstream.Shared;

/** What is to come and what has been: the page, and what its script asks for and sends. */
public final class TimelineRoutes {
    private final ServiceClient timeline;
    private final Relay relay;
    private final Shared<List<Device>> fleet;
    private final Sessions sessions;
    private final SessionCookie cookie;
    private final Pages pages;

    public TimelineRoutes(
            ServiceClient timeline,
            Relay relay,
            Shared<List<Device>> fleet,
            Sessions sessions,
            SessionCookie cookie,
            Pages pages) {
        this.timeline = timeline;
        this.relay = relay;
        this.fleet = fleet;
        this.sessions = sessions;
        this.cookie = cookie;
        this.pages = pages;
    }

    public void addTo(JavalinConfig config) {
        config.routes.get("/timeline", this::page, Access.VIEWER);
        config.routes.get("/timeline.json", context -> relay.get(context, timeline, "/data"), Access.VIEWER);
        config.routes.get(
                "/timeline/{id}/now.json", context -> relay.get(context, timeline, path(context)), Access.VIEWER);
        config.routes.post("/timeline", context -> relay.act(context, timeline, "POST", "/input"), Access.OPERATOR);
        config.routes.post(
                "/timeline/{id}", context -> relay.act(context, timeline, "PATCH", path(context)), Access.OPERATOR);
        config.routes.post(
                "/timeline/{id}/cancel",
                context -> relay.act(context, timeline, "POST", path(context) + "/cancel"),
                Access.OPERATOR);
    }

    private void page(Context context) {
        var access = sessions.access(cookie.required(context));
        var frame = pages.frame(context, "Timeline", "timeline", Optional.of(access));
        var devices = DeviceChoice.of(fleet, access.token());
        // Six hours are what the page shows at first.
        String query = "?limit=1000&from=" + pages.now().minus(Duration.ofHours(3)) + "&to="
                + pages.now().plus(Duration.ofHours(9));
        Optional<JsonNode> first = relay.ask(context, timeline, "/data" + query);
        String json = Relay.text(Map.of("devices", devices, "first", first));
        pages.page(context, frame, out -> JtetimelineGenerated.render(out, NoInterceptor.NONE, json, frame));
    }

    private static String path(Context context) {
        return "/data/" + Relay.id(context);
    }
}
