package org.perilune.chassis.messaging;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.json.JsonLimits;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.contracts.EventTypes;

/** Takes the attributes of an event out of a JSON object, and tells all that is wrong with them at once; what is left are extensions. */
final class CloudEventReader {
    private static final int LONGEST = 256;
    private static final Pattern EXTENSION = Pattern.compile("[a-z0-9]{1,20}");
    private static final Pattern DATA_JSON = Pattern.compile("application/json(;.*)?|[^;]+\\+json(;.*)?");

    private final ObjectNode left;
    private final List<ServiceException.Fault> faults = new ArrayList<>();

    private CloudEventReader(ObjectNode json) {
        this.left = json.objectNode().setAll(json); // not deep: attributes are taken away, none is changed
    }

    /** @throws ServiceException.Invalid with every field that is wrong */
    static CloudEvent read(ObjectNode json) {
        var in = new CloudEventReader(json);
        if (!CloudEvent.SPECIFICATION.equals(in.required("specversion"))) {
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

    private void fault(String field, String detail) {
        faults.add(new ServiceException.Fault(field, detail));
    }

    private void refuse(String field, String detail) {
        if (left.remove(field) != null) {
            fault(field, detail);
        }
    }

    private @Nullable String text(String field) {
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
    private String required(String field) {
        boolean missing = !left.hasNonNull(field);
        String text = text(field);
        if (missing) {
            fault(field, "is missing");
        }
        return text == null ? "" : text;
    }

    private Instant time() {
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

    private @Nullable JsonNode data() {
        JsonNode data = left.remove("data");
        boolean given = data != null && !data.isNull();
        if (given) {
            JsonLimits.fault(data).ifPresent(fault -> fault("data", fault));
        }
        return given ? data : null;
    }

    private Map<String, String> extensions() {
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

    private void check() {
        if (!faults.isEmpty()) {
            var first = faults.getFirst();
            throw new ServiceException.Invalid(first.field() + ": " + first.detail(), faults);
        }
    }

    private static boolean hasControls(String text) {
        // No stream: every event of the system comes through here, with a dozen texts.
        for (int i = 0; i < text.length(); i++) {
            if (Character.isISOControl(text.charAt(i))) {
                return true;
            }
        }
        return false;
    }

    private static String shortened(String name) {
        String clean = name.replaceAll("\\p{Cntrl}", "?");
        return clean.length() <= 64 ? clean : clean.substring(0, 63) + "…";
    }
}
