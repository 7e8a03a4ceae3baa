package org.perilune.console.login;

import com.fasterxml.jackson.databind.JsonNode;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import java.util.Map;
import java.util.Optional;
import org.perilune.chassis.client.ServiceClient;
import org.perilune.chassis.http.Access;
import org.perilune.chassis.http.ClientAddress;
import org.perilune.chassis.http.TrustedProxies;
import org.perilune.chassis.json.Json;
import org.perilune.console.live.LiveStreams;
import org.perilune.console.pages.JteloginGenerated;
import org.perilune.console.rendering.NoInterceptor;
import org.perilune.console.rendering.Pages;
import org.perilune.console.session.SafeRedirect;
import org.perilune.console.session.SessionCookie;
import org.perilune.console.session.Sessions;

/** Log-in and log-out. */
public final class LogInRoutes {
    private final ServiceClient crew;
    private final TrustedProxies proxies;
    private final Sessions sessions;
    private final SessionCookie cookie;
    private final Pages pages;
    private final LiveStreams live;

    public LogInRoutes(
            ServiceClient crew,
            TrustedProxies proxies,
            Sessions sessions,
            SessionCookie cookie,
            Pages pages,
            LiveStreams live) {
        this.crew = crew;
        this.proxies = proxies;
        this.sessions = sessions;
        this.cookie = cookie;
        this.pages = pages;
        this.live = live;
    }

    public void addTo(JavalinConfig config) {
        config.routes.get("/login", context -> form(context, "", ""), Access.OPEN);
        config.routes.post("/login", this::logIn, Access.OPEN);
        config.routes.post("/logout", this::logOut, Access.OPEN);
        // A page says so when its person does something on it: see Use.
        config.routes.post("/active", context -> context.status(204), Access.VIEWER);
    }

    private void form(Context context, String name, String message) {
        String next = SafeRedirect.target(Optional.ofNullable(context.formParam("next"))
                .orElse(Optional.ofNullable(context.queryParam("next")).orElse("/")));
        var frame = pages.frame(context, "Log in", "", Optional.empty());
        pages.page(context, frame, out -> JteloginGenerated.render(out, NoInterceptor.NONE, next, name, message));
    }

    private void logIn(Context context) {
        String name = Optional.ofNullable(context.formParam("name")).orElse("").strip();
        String password = Optional.ofNullable(context.formParam("password")).orElse("");
        byte[] body = Json.bytes(Map.of("name", name, "password", password));
        // crew slows guessing by address, and behind us everybody would have ours.
        var answer = crew.exchange(
                "POST", "/sessions", body, Map.of("X-Forwarded-For", ClientAddress.origin(context, proxies)));
        if (answer.status() / 100 == 2) {
            cookie.set(context, answer.as(JsonNode.class).path("session").asText());
            context.status(303).header("Location", SafeRedirect.target(context.formParam("next")));
            return;
        }
        context.status(answer.status() == 429 || answer.status() >= 500 ? answer.status() : 401);
        form(context, name, refusal(answer.status()));
    }

    private static String refusal(int status) {
        if (status == 429) {
            return "Too many tries. Wait a moment, then try again.";
        }
        if (status >= 500) {
            return "Log-in is not possible just now. Telemetry is still being recorded. Try again in a moment.";
        }
        return "The name or the password is wrong.";
    }

    /** Whether crew answers or not, the cookie goes and the session is over here. */
    private void logOut(Context context) {
        cookie.clear(context);
        cookie.session(context).ifPresent(session -> {
            live.end(session);
            sessions.end(session);
        });
        context.status(303).header("Location", "/login");
    }
}
