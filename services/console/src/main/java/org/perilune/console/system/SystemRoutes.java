package org.perilune.console.system;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import org.perilune.chassis.client.ServiceClient;
import org.perilune.chassis.http.Access;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.console.pages.JtesystemGenerated;
import org.perilune.console.pages.JtesystemnowGenerated;
import org.perilune.console.rendering.Format;
import org.perilune.console.rendering.NoInterceptor;
import org.perilune.console.rendering.Pages;
import org.perilune.console.session.SessionCookie;
import org.perilune.console.session.Sessions;

/** Services, backing stores, what comes in and what was refused. */
public final class SystemRoutes {
    private final ServiceClient status;
    private final ServiceClient telemetry;
    private final Sessions sessions;
    private final SessionCookie cookie;
    private final Pages pages;

    /**
     * @param status missing when the status service does not answer
     * @param rejects missing when telemetry does not answer
     */
    public record Report(JsonNode status, JsonNode rejects) {
        /** Whatever figures status gives, as label and value. */
        public static String label(String key) {
            return key.replace('_', ' ');
        }

        public static String figure(String key, JsonNode value) {
            if (value.isIntegralNumber() && !key.endsWith("bytes")) {
                return String.format(Locale.ROOT, "%,d", value.asLong()).replace(',', '\u202f');
            }
            if (value.isNumber()) {
                return key.endsWith("bytes") ? Format.bytes(value.asLong()) : Format.number(value.asDouble());
            }
            return value.isNull() ? Format.ABSENT : value.asText();
        }

        /** How long ago the oldest event that is not handled happened. */
        public static String behind(JsonNode seconds) {
            if (!seconds.isNumber()) {
                return Format.ABSENT;
            }
            return seconds.asDouble() < 1 ? "under 1 s" : Format.span(Duration.ofSeconds(seconds.asLong()));
        }

        public static String latency(JsonNode part) {
            JsonNode value = part.path("latency_ms");
            return value.isNumber() ? Format.milliseconds(value.asDouble()) : Format.ABSENT;
        }
    }

    public SystemRoutes(
            ServiceClient status, ServiceClient telemetry, Sessions sessions, SessionCookie cookie, Pages pages) {
        this.status = status;
        this.telemetry = telemetry;
        this.sessions = sessions;
        this.cookie = cookie;
        this.pages = pages;
    }

    public void addTo(JavalinConfig config) {
        config.routes.get("/system", this::page, Access.VIEWER);
        config.routes.get("/system/now", this::now, Access.VIEWER);
    }

    private void page(Context context) {
        var access = sessions.access(cookie.required(context));
        var report = report(access.token());
        var frame = pages.frame(context, "System", "system", Optional.of(access));
        pages.page(context, frame, out -> JtesystemGenerated.render(out, NoInterceptor.NONE, report));
    }

    private void now(Context context) {
        var report = report(sessions.access(cookie.required(context)).token());
        pages.fragment(context, out -> JtesystemnowGenerated.render(out, NoInterceptor.NONE, report));
    }

    private Report report(String token) {
        return new Report(ask(status, "/status", token), ask(telemetry, "/rejects?limit=20", token));
    }

    private static JsonNode ask(ServiceClient service, String path, String token) {
        try {
            return service.get(path, Optional.of(token), JsonNode.class);
        } catch (ServiceException.Unauthenticated ended) {
            throw ended;
        } catch (ServiceException away) {
            return MissingNode.getInstance();
        }
    }
}
