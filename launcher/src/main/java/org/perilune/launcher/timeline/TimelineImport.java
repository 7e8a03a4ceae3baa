package org.perilune.launcher.timeline;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintStream;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.client.ServiceClient;
import org.perilune.chassis.json.Json;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.launcher.home.LauncherException;

/** Puts a recorded timeline on Perilune's, counted from another start. Repeated with the same words, it adds nothing. */
final class TimelineImport {
    private static final int BATCH = 250;
    private static final int TRIES = 5;
    private static final Pattern FIELD = Pattern.compile("events\\[(\\d{1,4})]\\.?(.*)");

    private final ServiceClient timeline;
    private final String token;
    private final Plan plan;
    private final PrintStream progress;

    /**
     * @param fingerprint of the file
     * @param start what the file's zero is to be
     * @param speed of the mission's clock; greater than 0
     * @param device for rows that name none; null: none
     */
    record Plan(
            String fingerprint,
            Instant start,
            double speed,
            @Nullable String device) {
        Plan {
            if (!(speed > 0 && speed <= 1_000_000)) {
                throw new LauncherException("The speed must be greater than 0, and at most 1,000,000");
            }
        }

        /** @throws LauncherException for a time that no timeline takes */
        Instant time(TimelineRow row) {
            try {
                Instant time = start.plus(
                                Duration.ofMillis(Math.round(row.elapsed().toMillis() / speed)))
                        .truncatedTo(ChronoUnit.MILLIS);
                if (!time.isBefore(Instant.EPOCH)) {
                    return time;
                }
            } catch (DateTimeException | ArithmeticException tooFar) {
                throw new LauncherException("Line " + row.line() + ": is too far from the start", tooFar);
            }
            throw new LauncherException("Line " + row.line()
                    + ": would be before 1970, which the timeline does not take; give a later --start");
        }

        /** The same for the same file, start, speed and device: what is sent again is known again. */
        String key(int batch) {
            return "import-timeline:" + fingerprint + ":" + start + ":" + speed + ":" + (device == null ? "" : device)
                    + ":" + batch;
        }
    }

    /** @param fresh whether any of the events were not on the timeline before */
    record Outcome(int events, boolean fresh, Instant first, Instant last) {}

    TimelineImport(ServiceClient timeline, String token, Plan plan, PrintStream progress) {
        this.timeline = timeline;
        this.token = token;
        this.plan = plan;
        this.progress = progress;
    }

    /** @throws LauncherException if the timeline refuses; what was taken before stays, and is not doubled by the next try */
    Outcome send(List<TimelineRow> rows) {
        List<Instant> times = rows.stream().map(plan::time).toList();
        boolean fresh = false;
        for (int from = 0; from < rows.size(); from += BATCH) {
            int to = Math.min(rows.size(), from + BATCH);
            fresh |= send(rows.subList(from, to), plan.key(from / BATCH));
            progress.printf("%,d of %,d events are on the timeline%n", to, rows.size());
        }
        return new Outcome(
                rows.size(),
                fresh,
                times.stream().min(Instant::compareTo).orElseThrow(),
                times.stream().max(Instant::compareTo).orElseThrow());
    }

    private boolean send(List<TimelineRow> rows, String key) {
        ObjectNode body = Json.mapper().createObjectNode();
        var events = body.putArray("events");
        rows.forEach(row -> events.add(event(row)));
        var headers = Map.of("Authorization", "Bearer " + token, "Idempotency-Key", key);
        ServiceClient.Answer answer = exchange(Json.bytes(body), headers);
        if (answer.status() / 100 == 2) {
            return answer.status() == 201;
        }
        throw new LauncherException("The timeline refuses: " + refusal(answer, rows));
    }

    /** The key makes a repetition harmless. */
    private ServiceClient.Answer exchange(byte[] body, Map<String, String> headers) {
        for (int attempt = 1; ; attempt++) {
            try {
                return timeline.exchange("POST", "/inputs", body, headers);
            } catch (ServiceException.Unavailable away) {
                if (attempt == TRIES) {
                    throw new LauncherException(
                            away.getMessage() + "; run the same command again to go on, nothing is doubled", away);
                }
            }
        }
    }

    private ObjectNode event(TimelineRow row) {
        ObjectNode event = Json.mapper().createObjectNode();
        event.put("name", row.name());
        event.put("time", plan.time(row).toString());
        String device = row.device() != null ? row.device() : plan.device();
        if (device != null) {
            event.put("device", device);
        }
        if (row.command() != null) {
            event.putObject("command").put("command_type", row.command()).set("parameters", row.parameters());
        }
        return event;
    }

    /** What is wrong with which line: the timeline counts events, people count lines. */
    private static String refusal(ServiceClient.Answer answer, List<TimelineRow> rows) {
        try {
            JsonNode problem = Json.mapper().readTree(answer.body());
            var text = new StringBuilder(problem.path("detail").asText("it answered " + answer.status()));
            for (JsonNode error : problem.path("errors")) {
                Matcher field = FIELD.matcher(error.path("field").asText());
                String where = field.matches() && Integer.parseInt(field.group(1)) < rows.size()
                        ? "Line " + rows.get(Integer.parseInt(field.group(1))).line() + ", " + field.group(2)
                        : error.path("field").asText();
                text.append("\n")
                        .append(where)
                        .append(": ")
                        .append(error.path("detail").asText());
            }
            return text.toString();
        } catch (IOException notJson) {
            return "it answered " + answer.status();
        }
    }
}
