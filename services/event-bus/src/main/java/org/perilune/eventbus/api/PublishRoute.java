package org.perilune.eventbus.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.ContentTooLargeResponse;
import io.javalin.http.Context;
import io.javalin.http.UnsupportedMediaTypeResponse;
import java.time.Clock;
import java.util.HashMap;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.perilune.chassis.http.HttpListener;
import org.perilune.chassis.http.Principal;
import org.perilune.chassis.http.Requests;
import org.perilune.chassis.json.Json;
import org.perilune.chassis.messaging.CloudEvent;
import org.perilune.chassis.runtime.Ids;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.contracts.Topology;
import org.perilune.eventbus.log.LogWriter;

/** {@code POST /events}: into the log and the outbox in one transaction, then answered. */
public final class PublishRoute {
    /** Who posted the event; nobody can say so but we. */
    private static final String OWN_SOURCE = CloudEvent.sourceOf(Topology.EVENT_BUS.name());

    private final LogWriter writer;
    private final Clock clock;

    public PublishRoute(LogWriter writer, Clock clock) {
        this.writer = writer;
        this.clock = clock;
    }

    public void handle(Context context) {
        Requests.onlyParameters(context, Set.of());
        ObjectNode body = body(context);
        boolean timed = body.has("time");
        CloudEvent event = event(body, HttpListener.principal(context));
        if (event.bytes().length > CloudEvent.MAX_BYTES) {
            throw new ContentTooLargeResponse("An event has " + CloudEvent.MAX_BYTES + " bytes at most");
        }
        Optional<String> there = writer.write(event);
        there.ifPresent(stored -> requireSame(CloudEvent.parse(stored.getBytes(UTF_8)), event, timed));
        ObjectNode answer = Json.mapper().createObjectNode();
        answer.put("id", event.id());
        answer.put("source", event.source());
        context.status(there.isEmpty() ? 201 : 200)
                .contentType("application/json")
                .result(Json.bytes(answer));
    }

    private static ObjectNode body(Context context) {
        String type = String.valueOf(context.contentType()).toLowerCase(Locale.ROOT);
        if (!type.startsWith("application/json") && !type.startsWith(CloudEvent.MEDIA_TYPE)) {
            throw new UnsupportedMediaTypeResponse("The body must be application/json or " + CloudEvent.MEDIA_TYPE);
        }
        byte[] bytes = context.bodyAsBytes();
        if (bytes.length > CloudEvent.MAX_BYTES) {
            throw new ContentTooLargeResponse("An event has " + CloudEvent.MAX_BYTES + " bytes at most");
        }
        return Json.parse(bytes, ObjectNode.class);
    }

    /** Fills in what a plain {@code {"type", "data"}} leaves out. */
    private CloudEvent event(ObjectNode body, Principal by) {
        if (body.has(CloudEvent.POSTED_BY)) {
            throw new ServiceException.Invalid(CloudEvent.POSTED_BY, "is set by event-bus");
        }
        JsonNode source = body.get("source");
        if (source != null
                && source.asText().toLowerCase(Locale.ROOT).startsWith(CloudEvent.OWN_SOURCE)
                && !source.asText().equals(OWN_SOURCE)) {
            throw new ServiceException.Invalid(
                    "source", CloudEvent.OWN_SOURCE + "… is for Perilune's own services; leave it out or name yours");
        }
        ObjectNode whole = body.deepCopy();
        if (!whole.has("specversion")) {
            whole.put("specversion", "1.0");
        }
        if (!whole.has("id")) {
            whole.put("id", Ids.next(clock).toString());
        }
        if (!whole.has("source")) {
            whole.put("source", OWN_SOURCE);
        }
        if (!whole.has("time")) {
            whole.put("time", clock.instant().toString());
        }
        CloudEvent read = CloudEvent.read(whole);
        var extensions = new HashMap<>(read.extensions());
        extensions.put(CloudEvent.POSTED_BY, by.name());
        return new CloudEvent(
                read.id(), read.source(), read.type(), read.time(), read.subject(), read.data(), extensions);
    }

    /** @param timed whether the time was given, and counts */
    private static void requireSame(CloudEvent stored, CloudEvent event, boolean timed) {
        var compared = new CloudEvent(
                event.id(),
                event.source(),
                event.type(),
                timed ? event.time() : stored.time(),
                event.subject(),
                reread(event.data()),
                event.extensions());
        if (!compared.equals(stored)) {
            throw new ServiceException.Conflict("Another event of this source has the id " + event.id()
                    + "; nothing was published. Give a new event an id of its own");
        }
    }

    /** As it comes back from the log: numbers may be of another Java type there. */
    private static @org.jspecify.annotations.Nullable JsonNode reread(
            @org.jspecify.annotations.Nullable JsonNode data) {
        try {
            return data == null ? null : Json.mapper().readTree(Json.bytes(data));
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("Could not read what was just written", impossible);
        } catch (java.io.IOException impossible) {
            throw new IllegalStateException("Could not read what was just written", impossible);
        }
    }
}
