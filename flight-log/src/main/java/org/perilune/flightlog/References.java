package org.perilune.flightlog;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.http.Requests;
import org.perilune.chassis.json.JsonObjectReader;
import org.perilune.contracts.FlightLog.Reference;
import org.perilune.contracts.Topics;

/** Reads what entries of the flight log and comments point to. Whether it is there is another question. */
public final class References {
    public static final String FIELD = "references";

    private static final int MOST = 10;
    private static final Duration LONGEST = Duration.ofDays(31);
    private static final Pattern PARAMETER = Pattern.compile("[A-Za-z0-9_.-]{1,64}");
    private static final Pattern ALARM = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:-]{0,127}");
    private static final Instant EARLIEST = Instant.parse("1900-01-01T00:00:00Z");
    private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59Z");

    private References() {}

    /** The list in the field {@code references}; none where it is absent. Faults are left with the fields. */
    public static List<Reference> read(JsonObjectReader in) {
        var references = new ArrayList<Reference>();
        List<JsonNode> elements = in.list(FIELD, MOST);
        for (int index = 0; index < elements.size(); index++) {
            String place = FIELD + "[" + index + "]";
            if (!(elements.get(index) instanceof ObjectNode element)) {
                in.fault(place, "must be an object");
                continue;
            }
            Reference reference = read(in, in.within(element, place));
            if (reference != null && references.contains(reference)) {
                in.fault(place, "is there twice");
            } else if (reference != null) {
                references.add(reference);
            }
        }
        return List.copyOf(references);
    }

    private static @Nullable Reference read(JsonObjectReader whole, JsonObjectReader in) {
        JsonNode kind = in.any("kind");
        Reference reference = switch (kind != null && kind.isTextual() ? kind.textValue() : "") {
            case "telemetry" -> telemetry(in);
            case "command" -> new Reference(Reference.Kind.COMMAND, null, null, null, null, Requests.id(in, "id"));
            case "alarm" ->
                new Reference(
                        Reference.Kind.ALARM,
                        null,
                        null,
                        null,
                        null,
                        in.name("id", ALARM, "must be 1 to 128 letters, digits, '.', '_', ':' or '-'"));
            default -> null;
        };
        if (reference == null) {
            in.fault("kind", "must be telemetry, command or alarm");
            return null;
        }
        in.end();
        return whole.isSound() ? reference : null;
    }

    private static Reference telemetry(JsonObjectReader in) {
        String device = in.name("device", Topics.DEVICE_NAME, "must be the name of a device");
        String parameter = in.name("parameter", PARAMETER, "must be the name of a parameter");
        Optional<Instant> from = required(in, "from");
        Optional<Instant> to = required(in, "to");
        if (from.isPresent() && to.isPresent()) {
            if (!from.get().isBefore(to.get())) {
                in.fault("to", "must be after from");
            } else if (Duration.between(from.get(), to.get()).compareTo(LONGEST) > 0) {
                in.fault("to", "must be at most " + LONGEST.toDays() + " days after from");
            }
        }
        return new Reference(Reference.Kind.TELEMETRY, device, parameter, from.orElse(null), to.orElse(null), null);
    }

    private static Optional<Instant> required(JsonObjectReader in, String name) {
        if (in.any(name) == null) {
            in.fault(name, "is missing");
        }
        return instant(in, name);
    }

    /** Empty where the field is absent, or has a fault: from 1900 to 9999, in UTC. */
    public static Optional<Instant> instant(JsonObjectReader in, String name) {
        JsonNode value = in.any(name);
        if (value == null) {
            return Optional.empty();
        }
        if (value.isTextual()) {
            try {
                Instant instant = Instant.parse(value.textValue());
                if (!instant.isBefore(EARLIEST) && !instant.isAfter(LATEST)) {
                    return Optional.of(instant);
                }
            } catch (DateTimeParseException failure) {
                // Answered below, like one out of range.
            }
        }
        in.fault(name, "must be an instant such as 2026-11-21T02:38:00Z, from the years 1900 to 9999");
        return Optional.empty();
    }
}
