package org.perilune.chassis.messaging;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.json.Json;
import org.perilune.chassis.runtime.Ids;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.chassis.runtime.TraceContext;
import org.perilune.contracts.EventTypes;

/**
 * An event as it travels: CloudEvents 1.0 in its JSON format
 * (https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md), with JSON data.
 *
 * @param id with {@code source} tells events apart
 * @param type see {@link EventTypes#isType}
 * @param data null where the event has none
 * @param extensions further attributes, all of them texts
 */
public record CloudEvent(
        String id,
        String source,
        String type,
        Instant time,
        @Nullable String subject,
        @Nullable JsonNode data,
        Map<String, String> extensions) {
    /** As JSON, all in all. */
    public static final int MAX_BYTES = 256 * 1024;

    public static final String MEDIA_TYPE = "application/cloudevents+json";

    /** Extension: who posted the event over HTTP; event-bus sets it, and nobody else can. */
    public static final String POSTED_BY = "postedby";

    /** Begins the source of every service of Perilune's. */
    public static final String OWN_SOURCE = "urn:perilune:";

    static final String SPECIFICATION = "1.0";

    public CloudEvent {
        extensions = Map.copyOf(extensions);
    }

    /** The source of a service's own events. */
    public static String sourceOf(String service) {
        return OWN_SOURCE + service;
    }

    /**
     * An event of a service's own, with a new id of its time.
     *
     * @param service the name that its source is made of
     * @param subject the id of what it is about
     * @param data any record, written as JSON
     * @param trace of the request that led to it; it is passed on to those who take the event
     */
    public static CloudEvent of(
            String service, String type, String subject, Instant time, Object data, Optional<TraceContext> trace) {
        Map<String, String> extensions = trace.map(context -> Map.of(TraceContext.HEADER, context.toString()))
                .orElse(Map.of());
        JsonNode json = Json.mapper().valueToTree(data);
        String id = Ids.next(Clock.fixed(time, ZoneOffset.UTC)).toString();
        return new CloudEvent(id, sourceOf(service), type, time, subject, json, extensions);
    }

    /** Of what led to the event; empty where it says nothing, or nothing valid. */
    public Optional<TraceContext> trace() {
        return Optional.ofNullable(extensions.get(TraceContext.HEADER)).flatMap(TraceContext::parse);
    }

    public byte[] bytes() {
        ObjectNode json = Json.mapper().createObjectNode();
        json.put("specversion", SPECIFICATION);
        json.put("id", id);
        json.put("source", source);
        json.put("type", type);
        json.put("time", time.toString());
        if (subject != null) {
            json.put("subject", subject);
        }
        new TreeMap<>(extensions).forEach(json::put);
        if (data != null) {
            json.put("datacontenttype", "application/json");
            json.set("data", data);
        }
        return Json.bytes(json);
    }

    /**
     * A message's body.
     *
     * @throws ServiceException.Malformed if it is no JSON object
     * @throws ServiceException.Invalid with every field that is wrong
     */
    public static CloudEvent parse(byte[] body) {
        if (body.length > MAX_BYTES) {
            throw new ServiceException.Invalid("body", "is over " + MAX_BYTES + " bytes");
        }
        try {
            if (Json.mapper().readTree(body) instanceof ObjectNode json) {
                return read(json);
            }
        } catch (IOException failure) {
            throw new ServiceException.Malformed("The event is not JSON", List.of());
        }
        throw new ServiceException.Malformed("The event is not a JSON object", List.of());
    }

    /** @throws ServiceException.Invalid with every field that is wrong */
    public static CloudEvent read(ObjectNode json) {
        return CloudEventReader.read(json);
    }
}
