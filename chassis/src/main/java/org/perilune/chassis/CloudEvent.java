package org.perilune.chassis;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
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

    private static final String SPECIFICATION = "1.0";
    private static final int LONGEST = 256;
    private static final Pattern EXTENSION = Pattern.compile("[a-z0-9]{1,20}");
    private static final Pattern DATA_JSON = Pattern.compile("application/json(;.*)?|[^;]+\\+json(;.*)?");

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
        var in = new Reader(json);
        if (!SPECIFICATION.equals(in.required("specversion"))) {
            in.fault("specversion", "must be \"1.0\"");
        }
        String type = in.required("type");
        if (!type.isEmpty() && !EventTypes.isType(type)) {
            in.fault(
                    "type",
                    "must be words of letters and digits joined by '.', '_' or '-', such as PostCreated, up to "
                            + EventTypes.LONGEST + " characters; there are no wildcards");
        }
        String id = in.required("id");
        String source = in.required("source");
        Instant time = in.time();
        String subject = in.text("subject");
        String contentType = in.text("datacontenttype");
        if (contentType != null && !DATA_JSON.matcher(contentType).matches()) {
            in.fault("datacontenttype", "must be application/json");
        }
        String schema = in.text("dataschema");
        in.refuse("data_base64", "is not taken: data must be JSON");
        JsonNode data = in.data();
        Map<String, String> extensions = in.extensions();
        if (schema != null) {
            extensions.put("dataschema", schema);
        }
        in.check();
        return new CloudEvent(id, source, type, time, subject, data, extensions);
    }

    /** Takes fields out of the object; what is left are extensions. */
    private static final class Reader {
        private final ObjectNode left;
        private final List<ServiceException.Fault> faults = new ArrayList<>();

        Reader(ObjectNode json) {
            this.left = json.deepCopy();
        }

        void fault(String field, String detail) {
            faults.add(new ServiceException.Fault(field, detail));
        }

        void refuse(String field, String detail) {
            if (left.remove(field) != null) {
                fault(field, detail);
            }
        }

        @Nullable
        String text(String field) {
            JsonNode value = left.remove(field);
            if (value == null || value.isNull()) {
                return null;
            }
            String text = value.asText();
            if (!value.isTextual()
                    || text.isEmpty()
                    || text.length() > LONGEST
                    || hasControls(text)
                    || !JsonLimits.isUnicode(text)) {
                fault(field, "must be a text of 1 to " + LONGEST + " characters without control characters");
                return null;
            }
            return text;
        }

        /** Empty with a fault. */
        String required(String field) {
            boolean missing = !left.hasNonNull(field);
            String text = text(field);
            if (missing) {
                fault(field, "is missing");
            }
            return text == null ? "" : text;
        }

        Instant time() {
            String text = required("time");
            try {
                if (!text.isEmpty()) {
                    return OffsetDateTime.parse(text).toInstant();
                }
            } catch (DateTimeParseException failure) {
                fault("time", "must be a time such as 2026-11-21T02:38:00Z");
            }
            return Instant.EPOCH;
        }

        @Nullable
        JsonNode data() {
            JsonNode data = left.remove("data");
            boolean given = data != null && !data.isNull();
            if (given) {
                JsonLimits.fault(data).ifPresent(fault -> fault("data", fault));
            }
            return given ? data : null;
        }

        Map<String, String> extensions() {
            var extensions = new TreeMap<String, String>();
            for (String name :
                    List.copyOf(left.propertyStream().map(Map.Entry::getKey).toList())) {
                if (!EXTENSION.matcher(name).matches()) {
                    fault(
                            shortened(name),
                            "is no attribute of CloudEvents; extensions are of 1 to 20 letters a-z and digits");
                    continue;
                }
                String value = text(name);
                if (value != null) {
                    extensions.put(name, value);
                }
            }
            return extensions;
        }

        void check() {
            if (!faults.isEmpty()) {
                var first = faults.getFirst();
                throw new ServiceException.Invalid(first.field() + ": " + first.detail(), faults);
            }
        }

        private static boolean hasControls(String text) {
            return text.chars().anyMatch(Character::isISOControl);
        }

        private static String shortened(String name) {
            String clean = name.replaceAll("\\p{Cntrl}", "?");
            return clean.length() <= 64 ? clean : clean.substring(0, 63) + "…";
        }
    }
}
