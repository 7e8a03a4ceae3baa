package org.perilune.console.rendering;

import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.perilune.chassis.http.CutOff;
import org.perilune.chassis.http.Problem;
import org.perilune.chassis.json.Json;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.console.pages.JtemessageGenerated;
import org.perilune.console.session.SafeRedirect;
import org.perilune.console.session.SessionCookie;
import org.perilune.console.session.Sessions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a person reads when something failed: what happened, what still works, what to do. Scripts get a problem. */
public final class Failures {
    private static final Logger LOG = LoggerFactory.getLogger(Failures.class);
    private final Pages pages;
    private final Sessions sessions;
    private final SessionCookie cookie;

    public Failures(Pages pages, Sessions sessions, SessionCookie cookie) {
        this.pages = pages;
        this.sessions = sessions;
        this.cookie = cookie;
    }

    public void addTo(JavalinConfig config) {
        config.routes.exception(ServiceException.class, this::answer);
        config.routes.exception(HttpResponseException.class, this::answer);
        config.routes.exception(Exception.class, this::answer);
    }

    private void answer(ServiceException failure, Context context) {
        String detail = Optional.ofNullable(failure.getMessage()).orElse("");
        switch (failure) {
            case ServiceException.Unauthenticated ended -> toLogIn(context, ended);
            case ServiceException.Malformed malformed -> say(context, 400, "The request is malformed", detail);
            case ServiceException.Invalid invalid -> say(context, 422, "This cannot be", detail);
            case ServiceException.Forbidden forbidden -> say(context, 403, "This is not allowed", detail);
            case ServiceException.NotFound missing -> say(context, 404, "Not found", detail);
            case ServiceException.Conflict conflict ->
                say(context, 409, "The request conflicts with the current state", detail);
            case ServiceException.TooMany tooMany -> say(context, 429, "Too many requests", detail);
            case ServiceException.Uncertain uncertain
            when !context.method().name().equals("GET") -> {
                LOG.warn("The outcome of a request is unknown [path: {}, reason: {}]", context.path(), detail);
                say(context, 504, "It is not known what came of this", detail + ".");
            }
            case ServiceException.Unavailable away -> {
                LOG.warn("Could not serve a request [path: {}, reason: {}]", context.path(), detail);
                say(
                        context,
                        503,
                        "A service is away",
                        detail + ". Devices keep recording, and nothing is lost. Load this page again in a moment; "
                                + "./perilune status tells which service it is.");
            }
        }
    }

    private void answer(HttpResponseException failure, Context context) {
        say(
                context,
                failure.getStatus(),
                failure.getStatus() == 404 ? "There is no such page" : "This is not possible",
                failure.getStatus() == 404
                        ? "The fleet and the system are still where they were."
                        : Optional.ofNullable(failure.getMessage()).orElse(""));
    }

    private void answer(Exception failure, Context context) {
        if (context.res().isCommitted() && failure instanceof IOException) {
            // The browser went, or the service behind did, in the midst of a long answer.
            LOG.warn("An answer was cut off [path: {}, reason: {}]", context.path(), failure.toString());
            CutOff.now(context);
            return;
        }
        String instance = UUID.randomUUID().toString();
        LOG.error("A page failed unexpectedly [path: {}, instance: {}]", context.path(), instance, failure);
        say(
                context,
                500,
                "This page failed",
                "The fault is ours and is in the log under " + instance + ". Other pages still work.");
    }

    private void toLogIn(Context context, ServiceException.Unauthenticated ended) {
        if (context.header("HX-Request") != null) {
            context.status(401).header("HX-Redirect", logIn(SafeRedirect.pageOf(context.header("HX-Current-URL"))));
            return;
        }
        if (!wantsPage(context)) {
            problem(context, 401, "A valid session is needed", String.valueOf(ended.getMessage()));
            return;
        }
        String query = context.queryString();
        boolean posted = !context.method().name().equals("GET");
        String next = posted ? "/" : context.path() + (query == null ? "" : "?" + query);
        context.status(303).header("Location", logIn(next));
    }

    private static String logIn(String next) {
        return next.equals("/") ? "/login" : "/login?next=" + URLEncoder.encode(next, StandardCharsets.UTF_8);
    }

    private void say(Context context, int status, String title, String detail) {
        if (CutOff.ifBegun(context)) {
            return; // such as a CSV that telemetry could not finish
        }
        if (!wantsPage(context)) {
            problem(context, status, title, detail);
            return;
        }
        context.status(status);
        var frame = pages.frame(context, title, "", person(context));
        pages.page(context, frame, out -> JtemessageGenerated.render(out, NoInterceptor.NONE, title, detail));
    }

    /** Who is logged in keeps the ways to other pages; where crew does not say who that is, the page goes without. */
    private Optional<Sessions.Access> person(Context context) {
        try {
            return cookie.session(context).map(sessions::access);
        } catch (ServiceException unknown) {
            return Optional.empty();
        }
    }

    private static boolean wantsPage(Context context) {
        String accept = context.header("Accept");
        return accept != null && accept.contains("text/html");
    }

    private static void problem(Context context, int status, String title, String detail) {
        String type = "urn:perilune:problem:console";
        var problem = new Problem(type, title, status, detail, "urn:uuid:" + UUID.randomUUID(), List.of());
        context.status(status).result(Json.bytes(problem)).contentType(Problem.CONTENT_TYPE);
    }
}
