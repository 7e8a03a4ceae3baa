package org.perilune.console.system;

import com.fasterxml.jackson.databind.JsonNode;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.perilune.chassis.client.ServiceClient;
import org.perilune.chassis.http.Access;
import org.perilune.chassis.http.Requests;
import org.perilune.chassis.json.Json;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.chassis.tracing.Tracing;
import org.perilune.console.pages.JtetracesGenerated;
import org.perilune.console.rendering.NoInterceptor;
import org.perilune.console.rendering.Pages;
import org.perilune.console.session.SessionCookie;
import org.perilune.console.session.Sessions;

/** The last requests, frames and events, with every step that was recorded of them. */
public final class TraceRoutes {
    private static final int SHOWN = 50;
    private static final int LONGEST_TEXT = 200;

    private final ServiceClient status;
    private final Tracing tracing;
    private final Sessions sessions;
    private final SessionCookie cookie;
    private final Pages pages;

    /**
     * @param known whether the status service answered; without it there are the console's own steps
     * @param away services that did not tell
     * @param text what every trace shown has somewhere; empty shows all
     */
    public record Found(
            boolean known, List<String> away, int all, List<Trace> traces, String text, boolean failedOnly) {
        public Found {
            away = List.copyOf(away);
            traces = List.copyOf(traces);
        }
    }

    /** @param tracing the console's own, which takes no tokens that others could ask it with */
    public TraceRoutes(ServiceClient status, Tracing tracing, Sessions sessions, SessionCookie cookie, Pages pages) {
        this.status = status;
        this.tracing = tracing;
        this.sessions = sessions;
        this.cookie = cookie;
        this.pages = pages;
    }

    public void addTo(JavalinConfig config) {
        config.routes.get("/traces", this::page, Access.VIEWER);
    }

    private void page(Context context) {
        var access = sessions.access(cookie.required(context));
        String text = Optional.ofNullable(Requests.name(context, "q", LONGEST_TEXT))
                .orElse("")
                .strip();
        Found found =
                find(access.token(), text, Requests.text(context, "failed").isPresent());
        var frame = pages.frame(context, "Traces", "system", Optional.of(access));
        pages.page(context, frame, out -> JtetracesGenerated.render(out, NoInterceptor.NONE, found));
    }

    private Found find(String token, String text, boolean failedOnly) {
        var spans = new ArrayList<JsonNode>();
        Json.mapper().valueToTree(tracing.recent().all()).forEach(spans::add);
        Optional<JsonNode> told = ask(token);
        var away = new ArrayList<String>();
        told.ifPresent(answer -> {
            answer.path("spans").forEach(spans::add);
            answer.path("away").forEach(name -> away.add(name.asText()));
        });
        List<Trace> all =
                Trace.of(spans).stream().filter(trace -> !trace.isOfAPage()).toList();
        String sought = text.toLowerCase(Locale.ROOT);
        List<Trace> shown = all.stream()
                .filter(trace -> !failedOnly || trace.failed())
                .filter(trace -> sought.isEmpty() || trace.has(sought))
                .limit(SHOWN)
                .toList();
        return new Found(told.isPresent(), away, all.size(), shown, text, failedOnly);
    }

    private Optional<JsonNode> ask(String token) {
        try {
            return Optional.of(status.get("/traces", Optional.of(token), JsonNode.class));
        } catch (ServiceException.Unauthenticated ended) {
            throw ended;
        } catch (ServiceException away) {
            return Optional.empty();
        }
    }
}
