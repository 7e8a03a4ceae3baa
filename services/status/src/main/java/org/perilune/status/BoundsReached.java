package org.perilune.status;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Which bounds of its listener a service reached in the last minute, for people. Not safe for threads. */
final class BoundsReached {
    private static final Duration SHOWN = Duration.ofMinutes(1);

    private static final Map<String, String> SENTENCES = Map.of(
            "principal-rate", "somebody asked more often than http.rate.principal allows",
            "address-rate", "an address without a token asked more often than http.rate.address allows",
            "body-room", "the bodies of requests filled http.bodies.bytes",
            "body-slow", "bodies came slower than http.bodies.rate");

    private final Map<String, Double> counted = new HashMap<>();
    private final Map<String, Long> reachedNanos = new TreeMap<>();

    /** @return sentences; empty where nobody was turned away */
    String note(Figures figures, long nowNanos) {
        figures.byLabel("http_refused_total").forEach((reason, count) -> {
            Double before = counted.put(reason, count);
            if (before != null && count > before) {
                reachedNanos.put(reason, nowNanos);
            }
        });
        reachedNanos.values().removeIf(reached -> nowNanos - reached > SHOWN.toNanos());
        String reached = Stream.concat(
                        reachedNanos.keySet().stream()
                                .filter(SENTENCES::containsKey)
                                .map(reason -> SENTENCES.getOrDefault(reason, reason)),
                        connections(figures))
                .collect(Collectors.joining("; "));
        return reached.isEmpty()
                ? ""
                : "It turned requests away in the last minute: " + reached
                        + ". Nothing of them was done, and everybody else is served.";
    }

    private static Stream<String> connections(Figures figures) {
        double open = figures.value("http_connections").orElse(0);
        double most = figures.value("http_connections_most").orElse(Double.MAX_VALUE);
        return open >= most ? Stream.of("all of http.connections are open, and more wait") : Stream.empty();
    }
}
