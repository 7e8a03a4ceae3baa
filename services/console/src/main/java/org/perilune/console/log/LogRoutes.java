package org.perilune.console.log;

import com.fasterxml.jackson.databind.JsonNode;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.client.ServiceClient;
import org.perilune.chassis.http.Access;
import org.perilune.chassis.http.Requests;
import org.perilune.chassis.json.Json;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.console.fleet.Device;
import org.perilune.console.fleet.DeviceChoice;
import org.perilune.console.pages.JtearoundGenerated;
import org.perilune.console.pages.JtecommentGenerated;
import org.perilune.console.pages.JteentriesGenerated;
import org.perilune.console.pages.JteentryGenerated;
import org.perilune.console.pages.JtefoundGenerated;
import org.perilune.console.pages.JtehistoryGenerated;
import org.perilune.console.pages.JtelogGenerated;
import org.perilune.console.pages.JtelogoneGenerated;
import org.perilune.console.rendering.NoInterceptor;
import org.perilune.console.rendering.Pages;
import org.perilune.console.session.SessionCookie;
import org.perilune.console.session.Sessions;
import org.perilune.console.upstream.Relay;
import org.perilune.console.upstream.Shared;
import org.perilune.contracts.Role;

/** The flight log: its page, what its script asks for, and what people write. */
public final class LogRoutes {
    private static final Duration AROUND = Duration.ofMinutes(15);

    private final Services services;
    private final LogReader reader;
    private final Relay relay;
    private final Shared<List<Device>> fleet;
    private final Sessions sessions;
    private final SessionCookie cookie;
    private final Pages pages;

    /** Whom the flight log is read from and written to. */
    public record Services(ServiceClient query, ServiceClient posts, ServiceClient comments) {}

    public LogRoutes(
            Services services,
            Relay relay,
            Shared<List<Device>> fleet,
            Sessions sessions,
            SessionCookie cookie,
            Pages pages) {
        this.services = services;
        this.reader = new LogReader(services.query(), services.comments());
        this.relay = relay;
        this.fleet = fleet;
        this.sessions = sessions;
        this.cookie = cookie;
        this.pages = pages;
    }

    public void addTo(JavalinConfig config) {
        config.routes.get("/log", this::page, Access.VIEWER);
        config.routes.get("/log/entries", this::entries, Access.VIEWER);
        config.routes.get("/log/around", this::around, Access.VIEWER);
        config.routes.get("/log/search", this::search, Access.VIEWER);
        config.routes.get("/log/{id}", this::one, Access.VIEWER);
        config.routes.get("/log/{id}/entry", this::entry, Access.VIEWER);
        config.routes.get(
                "/log/{id}/raw.json", context -> relay.get(context, services.posts(), post(context)), Access.VIEWER);
        config.routes.get(
                "/log/comments/{id}/raw.json",
                context -> relay.get(context, services.comments(), comment(context)),
                Access.VIEWER);
        config.routes.get(
                "/log/{id}/history",
                context -> history(context, services.posts(), post(context) + "/history"),
                Access.VIEWER);
        config.routes.get(
                "/log/comments/{id}/history",
                context -> history(context, services.comments(), comment(context) + "/history"),
                Access.VIEWER);
        config.routes.post("/log/preview", this::preview, Access.VIEWER);
        config.routes.post(
                "/log/references",
                context -> relay.act(context, services.posts(), "POST", "/references/check"),
                Access.OPERATOR);
        config.routes.post("/log", context -> write(context, "POST", "/posts"), Access.OPERATOR);
        config.routes.post("/log/{id}", context -> write(context, "PATCH", post(context)), Access.OPERATOR);
        config.routes.post(
                "/log/{id}/delete",
                context -> relay.act(context, services.posts(), "DELETE", post(context)),
                Access.OPERATOR);
        config.routes.post(
                "/log/{id}/comments", context -> remark(context, "POST", post(context) + "/comments"), Access.OPERATOR);
        config.routes.post(
                "/log/comments/{id}", context -> remark(context, "PATCH", comment(context)), Access.OPERATOR);
        config.routes.post(
                "/log/comments/{id}/delete",
                context -> relay.act(context, services.comments(), "DELETE", comment(context)),
                Access.OPERATOR);
    }

    private void page(Context context) {
        var access = access(context);
        var frame = pages.frame(context, "Flight log", "log", Optional.of(access));
        String cursor = context.queryParam("cursor");
        var page = read(cursor, access);
        String json = first(access, cursor == null);
        pages.page(
                context,
                frame,
                out -> JtelogGenerated.render(out, NoInterceptor.NONE, page, viewer(access), json, frame));
    }

    private void entries(Context context) {
        var access = access(context);
        var page = reader.page(context.queryParam("cursor"), viewer(access), access.token());
        pages.fragment(context, out -> JteentriesGenerated.render(out, NoInterceptor.NONE, page, viewer(access)));
    }

    private void one(Context context) {
        var access = access(context);
        LogEntry entry;
        try {
            entry = reader.entry(Relay.id(context), LogReader.FIRST_COMMENTS, viewer(access), access.token());
        } catch (ServiceException.NotFound missing) {
            throw new ServiceException.NotFound(
                    "No entry has this address; it may have been deleted. The flight log has all others.");
        }
        var frame = pages.frame(context, entry.called(), "log", Optional.of(access));
        String json = first(access, false);
        pages.page(
                context,
                frame,
                out -> JtelogoneGenerated.render(out, NoInterceptor.NONE, entry, viewer(access), json, frame));
    }

    private void entry(Context context) {
        var access = access(context);
        int wanted = Requests.integer(context, "comments", LogReader.FIRST_COMMENTS, 1, LogReader.MOST_COMMENTS);
        var entry = reader.entry(Relay.id(context), wanted, viewer(access), access.token());
        pages.fragment(context, out -> JteentryGenerated.render(out, NoInterceptor.NONE, entry, viewer(access)));
    }

    private void around(Context context) {
        Instant at = Requests.instant(context, "at")
                .orElseThrow(() -> Requests.malformed("at", "must be an instant such as 2026-11-21T02:38:00Z"));
        String path = "/activity?limit=100&from=" + at.minus(AROUND) + "&to=" + at.plus(AROUND);
        Optional<JsonNode> found = relay.ask(context, services.query(), path);
        pages.fragment(context, out -> JtearoundGenerated.render(out, NoInterceptor.NONE, found, at));
    }

    private void search(Context context) {
        String words = Optional.ofNullable(context.queryParam("q")).orElse("").strip();
        String cursor = context.queryParam("cursor");
        Optional<JsonNode> found = words.isEmpty()
                ? Optional.empty()
                : relay.ask(
                        context,
                        services.query(),
                        "/search?limit=20&q=" + LogReader.encoded(words)
                                + (cursor == null ? "" : "&cursor=" + LogReader.encoded(cursor)));
        pages.fragment(context, out -> JtefoundGenerated.render(out, NoInterceptor.NONE, words, found, cursor != null));
    }

    private void history(Context context, ServiceClient service, String path) {
        var answer = service.exchange("GET", path, Optional.of(access(context).token()), Optional.empty());
        if (answer.status() != 200) {
            Relay.answer(context, answer);
            return;
        }
        JsonNode history = answer.as(JsonNode.class).path("history");
        pages.fragment(context, out -> JtehistoryGenerated.render(out, NoInterceptor.NONE, history));
    }

    private void preview(Context context) {
        String text = Optional.ofNullable(context.formParam("text")).orElse("");
        context.contentType("text/html; charset=utf-8").result(Markdown.html(text));
    }

    /** Answers with the entry as a page shows it, so that its author sees it before the read model does. */
    private void write(Context context, String method, String path) {
        var access = access(context);
        var answer = relay.send(context, services.posts(), method, path);
        if (answer.status() / 100 != 2) {
            Relay.answer(context, answer);
            return;
        }
        var entry = answer.as(LogEntry.class);
        String html = Pages.text(out -> JteentryGenerated.render(out, NoInterceptor.NONE, entry, viewer(access)));
        written(context, answer.status(), entry.id(), html);
    }

    private void remark(Context context, String method, String path) {
        var access = access(context);
        var answer = relay.send(context, services.comments(), method, path);
        if (answer.status() / 100 != 2) {
            Relay.answer(context, answer);
            return;
        }
        var comment = answer.as(LogEntry.Comment.class);
        String html = Pages.text(out -> JtecommentGenerated.render(out, NoInterceptor.NONE, comment, viewer(access)));
        written(context, answer.status(), comment.id(), html);
    }

    private static void written(Context context, int status, String id, String html) {
        context.status(status).contentType("application/json").result(Json.bytes(Map.of("id", id, "html", html)));
    }

    /** What the page's script begins with. */
    private String first(Sessions.Access access, boolean newest) {
        return Relay.text(Map.of("devices", DeviceChoice.of(fleet, access.token()), "newest", newest));
    }

    /** Empty when query is away. */
    private Optional<LogEntry.Page> read(@Nullable String cursor, Sessions.Access access) {
        try {
            return Optional.of(reader.page(cursor, viewer(access), access.token()));
        } catch (ServiceException.Unavailable away) {
            return Optional.empty();
        }
    }

    private Sessions.Access access(Context context) {
        return sessions.access(cookie.required(context));
    }

    private LogEntry.Viewer viewer(Sessions.Access access) {
        return new LogEntry.Viewer(
                access.name(),
                access.role().includes(Role.OPERATOR),
                access.role().includes(Role.FLIGHT_DIRECTOR),
                pages.now());
    }

    private static String post(Context context) {
        return "/posts/" + Relay.id(context);
    }

    private static String comment(Context context) {
        return "/comments/" + Relay.id(context);
    }
}
