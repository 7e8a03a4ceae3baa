package org.perilune.console.upstream;

import com.fasterxml.jackson.databind.JsonNode;
import io.javalin.http.Context;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import org.perilune.chassis.client.ServiceClient;
import org.perilune.chassis.json.Json;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.console.session.SessionCookie;
import org.perilune.console.session.Sessions;

/** Passes what a page asks for on to a service, with the rights of who is logged in, and the answer back as it is. */
public final class Relay {
    private static final Pattern KEY = Pattern.compile("[\\x21-\\x7E]{1,200}");

    private final Sessions sessions;
    private final SessionCookie cookie;

    public Relay(Sessions sessions, SessionCookie cookie) {
        this.sessions = sessions;
        this.cookie = cookie;
    }

    public void get(Context context, ServiceClient service, String path) {
        String query = context.queryString();
        answer(
                context,
                service.exchange("GET", path + (query == null ? "" : "?" + query), token(context), Optional.empty()));
    }

    /**
     * Sends the form field {@code body}, which is JSON, and the field {@code key} as its idempotency key. They are
     * fields of a form, because forms carry the token against forged requests.
     */
    public void act(Context context, ServiceClient service, String method, String path) {
        answer(context, send(context, service, method, path));
    }

    /** The same, with the answer for the caller. */
    public ServiceClient.Answer send(Context context, ServiceClient service, String method, String path) {
        String body = Optional.ofNullable(context.formParam("body")).orElse("{}");
        var headers = new HashMap<String, String>();
        token(context).ifPresent(token -> headers.put("Authorization", "Bearer " + token));
        String key = context.formParam("key");
        if (key != null) {
            if (!KEY.matcher(key).matches()) {
                throw new ServiceException.Malformed(
                        "key: must be 1 to 200 printable characters",
                        List.of(new ServiceException.Fault("key", "must be 1 to 200 printable characters")));
            }
            headers.put("Idempotency-Key", key);
        }
        return service.exchange(method, path, body.getBytes(StandardCharsets.UTF_8), headers);
    }

    /** What a page begins with; empty when the service is away or says no: the page then says so itself. */
    public Optional<JsonNode> ask(Context context, ServiceClient service, String pathAndQuery) {
        try {
            var answer = service.exchange("GET", pathAndQuery, token(context), Optional.empty());
            return answer.status() == 200 ? Optional.of(answer.as(JsonNode.class)) : Optional.empty();
        } catch (ServiceException.Unavailable | ServiceException.Malformed away) {
            return Optional.empty();
        }
    }

    /** A path segment that is a UUID, and nothing else. */
    public static String id(Context context) {
        return id(context.pathParam("id"));
    }

    static String id(String text) {
        try {
            return UUID.fromString(text).toString();
        } catch (IllegalArgumentException notAnId) {
            throw new ServiceException.NotFound("Nothing has this id");
        }
    }

    /** JSON for an attribute of a page. */
    public static String text(Object value) {
        return new String(Json.bytes(value), StandardCharsets.UTF_8);
    }

    private Optional<String> token(Context context) {
        return sessions.token(cookie.required(context));
    }

    public static void answer(Context context, ServiceClient.Answer answer) {
        context.status(answer.status()).contentType(answer.contentType()).result(answer.body());
    }
}
