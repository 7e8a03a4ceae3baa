package org.perilune.console.system;

import com.fasterxml.jackson.databind.JsonNode;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import java.util.Optional;
import java.util.regex.Pattern;
import org.perilune.chassis.client.ServiceClient;
import org.perilune.chassis.http.Access;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.console.pages.JtedeadlettersGenerated;
import org.perilune.console.pages.JtequeuesGenerated;
import org.perilune.console.rendering.NoInterceptor;
import org.perilune.console.rendering.Pages;
import org.perilune.console.session.SessionCookie;
import org.perilune.console.session.Sessions;
import org.perilune.console.upstream.Relay;
import org.perilune.contracts.Role;

/** Events on the System page: queues, subscriptions, and what no consumer could take. */
public final class EventRoutes {
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9-]{1,64}");

    private final ServiceClient eventBus;
    private final Relay relay;
    private final Sessions sessions;
    private final SessionCookie cookie;
    private final Pages pages;

    public EventRoutes(ServiceClient eventBus, Relay relay, Sessions sessions, SessionCookie cookie, Pages pages) {
        this.eventBus = eventBus;
        this.relay = relay;
        this.sessions = sessions;
        this.cookie = cookie;
        this.pages = pages;
    }

    public void addTo(JavalinConfig config) {
        config.routes.get("/system/events", this::events, Access.VIEWER);
        config.routes.get("/system/dead-letters", this::deadLetters, Access.VIEWER);
        for (Act act : Act.values()) {
            config.routes.post("/system/dead-letters/{id}/" + act.path, context -> act(context, act), Access.OPERATOR);
        }
    }

    /** What an operator can do about a dead letter. */
    private enum Act {
        REDRIVE(
                "redrive",
                "sent again",
                "Sent again to its queue. If it fails again, it comes back here as a new one."),
        DISMISS(
                "dismiss",
                "dismissed",
                "Dismissed. It is kept, and ./perilune dead-letters redrive can still send it again.");

        private final String path;
        private final String done;
        private final String sentence;

        Act(String path, String done, String sentence) {
            this.path = path;
            this.done = done;
            this.sentence = sentence;
        }
    }

    /** How many dead letters are open; -1 when that is not known. */
    public static int dead(ServiceClient eventBus, String token) {
        try {
            var answer = eventBus.exchange("GET", "/queues", Optional.of(token), Optional.empty());
            return answer.status() == 200
                    ? answer.as(JsonNode.class).path("dead_letters_open").asInt()
                    : -1;
        } catch (ServiceException.Unavailable | ServiceException.Malformed away) {
            return -1;
        }
    }

    private void events(Context context) {
        var queues = relay.ask(context, eventBus, "/queues");
        var subscriptions =
                operates(context) ? relay.ask(context, eventBus, "/subscriptions") : Optional.<JsonNode>empty();
        pages.fragment(context, out -> JtequeuesGenerated.render(out, NoInterceptor.NONE, queues, subscriptions));
    }

    private void deadLetters(Context context) {
        var letters = relay.ask(context, eventBus, "/dead-letters?limit=50");
        boolean operates = operates(context);
        pages.fragment(
                context,
                out -> JtedeadlettersGenerated.render(out, NoInterceptor.NONE, letters, operates, pages.now()));
    }

    /** Answers with what became of it, in words, whatever that is: htmx shows nothing of a refusal. */
    private void act(Context context, Act act) {
        String id = context.pathParam("id");
        if (!ID.matcher(id).matches()) {
            throw new ServiceException.NotFound("No dead letter has this id");
        }
        context.header("HX-Trigger", "dead-letters");
        context.contentType("text/plain; charset=utf-8").result(outcome(context, id, act));
    }

    private String outcome(Context context, String id, Act act) {
        try {
            var answer = relay.send(context, eventBus, "POST", "/dead-letters/" + id + "/" + act.path);
            if (answer.status() / 100 == 2) {
                return act.sentence;
            }
            return "Not " + act.done + ": "
                    + answer.as(JsonNode.class).path("detail").asText("event-bus answered " + answer.status());
        } catch (ServiceException.Unavailable away) {
            return "Not known whether it was " + act.done
                    + ": event-bus does not answer. It is kept; look again in a moment.";
        }
    }

    private boolean operates(Context context) {
        return sessions.access(cookie.required(context)).role().includes(Role.OPERATOR);
    }
}
