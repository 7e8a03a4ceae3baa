package org.perilune.status;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What status wants to know of a scrape in Prometheus' text format, each metric summed over its labels, and by queue,
 * reason or peer.
 * Lines that cannot be read are skipped.
 */
final class Figures {
    static final Figures NONE = new Figures();

    /** Most lines are others', and there are hundreds at every look. */
    private static final List<String> WANTED = List.of(
            "process_",
            "jvm_memory_committed_bytes",
            "telemetry_frames_",
            "outbox_waiting",
            "events_",
            "http_refused_",
            "http_connections",
            "http_client_breaker_",
            "router_",
            "telemetry_clocks_",
            "telemetry_exports_",
            "clock_");

    private static final Pattern LABEL = Pattern.compile("[{,](?:queue|reason|peer)=\"([^\"]*)\"");

    private final Map<String, Double> sums = new HashMap<>();
    private final Map<String, Map<String, Double>> labels = new HashMap<>();

    static Figures parse(String scrape) {
        var figures = new Figures();
        scrape.lines()
                .filter(line -> WANTED.stream().anyMatch(line::startsWith))
                .forEach(figures::add);
        return figures;
    }

    private void add(String line) {
        int space = line.lastIndexOf(' ');
        if (space < 0) {
            return;
        }
        int brace = line.indexOf('{');
        String name = line.substring(0, brace < 0 ? space : Math.min(brace, space));
        try {
            double value = Double.parseDouble(line.substring(space + 1));
            sums.merge(name, value, Double::sum);
            Matcher label = LABEL.matcher(line);
            if (label.find()) {
                labels.computeIfAbsent(name, ignored -> new HashMap<>()).merge(label.group(1), value, Double::sum);
            }
        } catch (NumberFormatException ignored) {
            // Not a metric of ours; the others still count.
        }
    }

    OptionalDouble value(String name) {
        Double value = sums.get(name);
        return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
    }

    /** The metric by its label {@code queue}, {@code reason} or {@code peer}. */
    Map<String, Double> byLabel(String name) {
        return Map.copyOf(labels.getOrDefault(name, Map.of()));
    }
}
