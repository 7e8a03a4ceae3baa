package org.perilune.console.system;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Steps with one trace id, each below the one that led to it, in the order in which they began.
 *
 * @param beganMicros since 1970
 */
public record Trace(String id, long beganMicros, long durationMicros, List<Step> steps) {
    private static final int DEEPEST = 12;
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.SSS", Locale.ROOT).withZone(ZoneOffset.UTC);

    public Trace {
        steps = List.copyOf(steps);
    }

    /** @param depth how many steps led to it, as far as they are known */
    public record Step(JsonNode span, int depth) {
        public String service() {
            return span.path("service").asText();
        }

        public String name() {
            return span.path("name").asText();
        }

        public boolean failed() {
            return span.path("failed").asBoolean();
        }

        public long began() {
            return span.path("began_us").asLong();
        }

        public long duration() {
            return span.path("duration_us").asLong();
        }

        /** What was noted of it, for people. */
        public String notes() {
            var notes = new TreeMap<String, String>();
            span.path("attributes")
                    .properties()
                    .forEach(one -> notes.put(one.getKey(), one.getValue().asText()));
            var text = new StringBuilder();
            notes.forEach((key, value) -> text.append(text.isEmpty() ? "" : " · ")
                    .append(key)
                    .append(": ")
                    .append(value));
            return text.toString();
        }

        private boolean has(String text) {
            return (service() + " " + name() + " " + notes())
                    .toLowerCase(Locale.ROOT)
                    .contains(text);
        }
    }

    /** Newest first. */
    static List<Trace> of(List<JsonNode> spans) {
        var byTrace = new LinkedHashMap<String, List<JsonNode>>();
        for (JsonNode span : spans) {
            byTrace.computeIfAbsent(span.path("trace_id").asText(), id -> new ArrayList<>())
                    .add(span);
        }
        var traces = new ArrayList<Trace>();
        byTrace.forEach((id, steps) -> traces.add(of(id, steps)));
        traces.sort(Comparator.comparingLong(Trace::beganMicros).reversed());
        return traces;
    }

    private static Trace of(String id, List<JsonNode> spans) {
        spans.sort(Comparator.comparingLong(span -> span.path("began_us").asLong()));
        var known = new HashMap<String, JsonNode>();
        spans.forEach(span -> known.put(span.path("span_id").asText(), span));
        var below = new HashMap<String, List<JsonNode>>();
        var first = new ArrayList<JsonNode>();
        for (JsonNode span : spans) {
            String parent = span.path("parent_id").asText("");
            (known.containsKey(parent) ? below.computeIfAbsent(parent, one -> new ArrayList<>()) : first).add(span);
        }
        var steps = new ArrayList<Step>();
        first.forEach(span -> add(steps, span, 0, below));
        if (steps.isEmpty()) {
            spans.forEach(span -> steps.add(new Step(span, 0)));
        }
        long began = spans.getFirst().path("began_us").asLong();
        long ended = spans.stream()
                .mapToLong(span -> span.path("began_us").asLong()
                        + span.path("duration_us").asLong())
                .max()
                .orElse(began);
        return new Trace(id, began, ended - began, steps);
    }

    private static void add(List<Step> steps, JsonNode span, int depth, Map<String, List<JsonNode>> below) {
        steps.add(new Step(span, depth));
        // Nobody's word is taken for it that spans make no circle.
        List<JsonNode> next = below.remove(span.path("span_id").asText());
        if (next != null) {
            next.forEach(one -> add(steps, one, Math.min(depth + 1, DEEPEST), below));
        }
    }

    /** In UTC, to the millisecond. */
    public String began() {
        return TIME.format(Instant.ofEpochMilli(beganMicros / 1_000));
    }

    /** Scripts, styles and the like, which every page asks for. */
    boolean isOfAPage() {
        return steps.size() == 1 && name().startsWith("GET /assets/");
    }

    public String name() {
        return steps.getFirst().name();
    }

    /** In the order in which the trace came to them. */
    public List<String> services() {
        return steps.stream().map(Step::service).distinct().toList();
    }

    public boolean failed() {
        return steps.stream().anyMatch(Step::failed);
    }

    boolean has(String text) {
        return id.equals(text) || steps.stream().anyMatch(step -> step.has(text));
    }

    /** Where the step's bar begins, in per cent of the trace. */
    public String left(Step step) {
        return percent(step.began() - beganMicros);
    }

    /** Never so little that nobody sees it. */
    public String width(Step step) {
        return percent(Math.max(step.duration(), Math.max(1, durationMicros) / 250));
    }

    private String percent(long micros) {
        return String.format(Locale.ROOT, "%.2f%%", 100.0 * micros / Math.max(1, durationMicros));
    }

    public static String milliseconds(long micros) {
        return micros < 10_000
                ? String.format(Locale.ROOT, "%.2f ms", micros / 1_000.0)
                : String.format(Locale.ROOT, "%,.0f ms", micros / 1_000.0).replace(',', '\u202f');
    }
}
