package org.perilune.console.moderation;

import com.fasterxml.jackson.databind.JsonNode;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import java.util.Optional;
import org.perilune.chassis.client.ServiceClient;
import org.perilune.chassis.http.Access;
import org.perilune.console.pages.JtecasesGenerated;
import org.perilune.console.pages.JtemoderationGenerated;
import org.perilune.console.pages.JterulesGenerated;
import org.perilune.console.rendering.NoInterceptor;
import org.perilune.console.rendering.Pages;
import org.perilune.console.session.SessionCookie;
import org.perilune.console.session.Sessions;
import org.perilune.console.upstream.Relay;
import org.perilune.contracts.Role;

/** Moderation of comments: what waits, what was rejected, and the rules. */
public final class ModerationRoutes {
    private final ServiceClient moderation;
    private final Relay relay;
    private final Sessions sessions;
    private final SessionCookie cookie;
    private final Pages pages;

    /** Empty where moderation is away. */
    public record Cases(Optional<JsonNode> held, Optional<JsonNode> rejected) {}

    public ModerationRoutes(
            ServiceClient moderation, Relay relay, Sessions sessions, SessionCookie cookie, Pages pages) {
        this.moderation = moderation;
        this.relay = relay;
        this.sessions = sessions;
        this.cookie = cookie;
        this.pages = pages;
    }

    public void addTo(JavalinConfig config) {
        config.routes.get("/log/moderation", this::page, Access.VIEWER);
        config.routes.get("/log/moderation/cases", this::cases, Access.VIEWER);
        config.routes.get("/log/moderation/rules", this::rules, Access.VIEWER);
        config.routes.get(
                "/log/moderation/rules.json", context -> relay.get(context, moderation, "/rules"), Access.VIEWER);
        config.routes.post(
                "/log/moderation/rules",
                context -> relay.act(context, moderation, "PUT", "/rules"),
                Access.FLIGHT_DIRECTOR);
        config.routes.post(
                "/log/moderation/try",
                context -> relay.act(context, moderation, "POST", "/rules/try"),
                Access.OPERATOR);
        config.routes.post(
                "/log/moderation/{id}/approve", context -> decide(context, "/approve"), Access.FLIGHT_DIRECTOR);
        config.routes.post(
                "/log/moderation/{id}/reject", context -> decide(context, "/reject"), Access.FLIGHT_DIRECTOR);
    }

    private void page(Context context) {
        var access = sessions.access(cookie.required(context));
        var frame = pages.frame(context, "Moderation", "log", Optional.of(access));
        var cases = read(context);
        var rules = relay.ask(context, moderation, "/rules");
        pages.page(context, frame, out -> JtemoderationGenerated.render(out, NoInterceptor.NONE, cases, rules, frame));
    }

    private void cases(Context context) {
        var access = sessions.access(cookie.required(context));
        boolean directs = access.role().includes(Role.FLIGHT_DIRECTOR);
        var cases = read(context);
        pages.fragment(context, out -> JtecasesGenerated.render(out, NoInterceptor.NONE, cases, directs));
    }

    private void rules(Context context) {
        var rules = relay.ask(context, moderation, "/rules");
        pages.fragment(context, out -> JterulesGenerated.render(out, NoInterceptor.NONE, rules));
    }

    private Cases read(Context context) {
        return new Cases(
                relay.ask(context, moderation, "/decisions?status=pending&limit=100"),
                relay.ask(context, moderation, "/decisions?status=rejected&limit=20"));
    }

    private void decide(Context context, String decision) {
        relay.act(context, moderation, "POST", "/decisions/" + Relay.id(context) + decision);
    }
}
