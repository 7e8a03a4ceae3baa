package org.perilune.console.log;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.perilune.console.rendering.Format;
import org.perilune.contracts.FlightLog;

/** Where references and activities of the flight log lead, and how they read. */
public final class ReferenceText {
    private ReferenceText() {}

    /** A piece of a snippet. */
    public record Part(String text, boolean found) {}

    /** The page that shows it. */
    public static String address(FlightLog.Reference point) {
        if (point.kind() == FlightLog.Reference.Kind.COMMAND) {
            return "/commands/" + encoded(point.id());
        }
        return "/devices/" + encoded(point.device()) + "?parameter=" + encoded(point.parameter()) + "&from="
                + point.from() + "&to=" + point.to();
    }

    /** What its small plot asks for. */
    public static String series(FlightLog.Reference point) {
        return "device=" + encoded(point.device()) + "&parameter=" + encoded(point.parameter()) + "&pixels=120&from="
                + point.from() + "&to=" + point.to();
    }

    /** The day is said once where both ends are on it. */
    public static String range(FlightLog.Reference point) {
        String from = Format.time(point.from()).replace(" UTC", "");
        String to = Format.time(point.to());
        return from + " – " + (from.regionMatches(0, to, 0, 10) ? to.substring(11) : to);
    }

    public static String clock(JsonNode activity) {
        String time = time(activity);
        return time.length() < 19 ? time : time.substring(11, 19);
    }

    public static String time(JsonNode one) {
        Instant at = instant(one.path("at"));
        return at == null ? Format.ABSENT : Format.time(at);
    }

    /** Before or after the entry: −12 s, +3 min. */
    public static String offset(JsonNode activity, Instant at) {
        Instant then = instant(activity.path("at"));
        if (then == null) {
            return Format.ABSENT;
        }
        var between = Duration.between(at, then);
        return (between.isNegative() ? "−" : "+") + Format.span(between.abs());
    }

    /** Empty where there is no page for it. */
    public static String leadsTo(JsonNode activity) {
        String type = activity.path("type").asText("");
        String id = activity.path("id").asText("");
        if (type.startsWith("Command") && !id.isEmpty()) {
            return "/commands/" + encoded(id);
        }
        if (type.startsWith("Timeline")) {
            return "/timeline";
        }
        String device = activity.path("device").asText("");
        return type.startsWith("Telemetry") && !device.isEmpty() ? "/devices/" + encoded(device) : "";
    }

    /** What query put between ‹ and › was found. */
    public static List<Part> snippet(String text) {
        var parts = new ArrayList<Part>();
        int read = 0;
        while (read < text.length()) {
            int open = text.indexOf('‹', read);
            int close = open < 0 ? -1 : text.indexOf('›', open);
            if (close < 0) {
                break;
            }
            parts.add(new Part(text.substring(read, open), false));
            parts.add(new Part(text.substring(open + 1, close), true));
            read = close + 1;
        }
        parts.add(new Part(text.substring(read), false));
        return parts;
    }

    /** Null where there is none. */
    public static @Nullable Instant instant(JsonNode text) {
        try {
            return Instant.parse(text.asText(""));
        } catch (DateTimeParseException absent) {
            return null;
        }
    }

    public static String encoded(@Nullable String text) {
        return text == null ? "" : LogReader.encoded(text).replace("+", "%20");
    }
}
