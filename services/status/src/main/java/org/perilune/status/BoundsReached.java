package org.perilune.status;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Which bounds a service reached in the last minute, and whom it leaves alone, for people. Not safe for threads. */
final class BoundsReached {
    private static final Duration SHOWN = Duration.ofMinutes(1);

    private static final Map<String, String> SENTENCES = Map.of(
            "principal-rate", "somebody asked more often than http.rate.principal allows",
            "address-rate", "an address without a token asked more often than http.rate.address allows",
            "body-room", "the bodies of requests filled http.bodies.bytes",
            "body-slow", "bodies came slower than http.bodies.rate");

    /** By counter. */
    private static final Map<String, String> OTHERS = Map.of(
            "router_topics_refused_total",
            "Messages to users' topics were refused for want of room: read those topics, or trim them",
            "router_topics_dropped_total",
            "The oldest messages of users' topics that nobody reads gave way to newer ones",
            "router_events_dropped_total",
            "A device sent more unreadable messages, connects or last wills than are kept; those beyond are only counted",
            "router_devices_slowed_total",
            "A device sends faster than embedded.mqtt.device-… allows and is read more slowly; nothing of it is lost",
            "router_refused_total",
            "Messages were not taken; their devices send them again",
            "telemetry_clocks_wrong_total",
            "Frames came whose time cannot be true; they are stored, and Devices says whose clock is wrong",
            "telemetry_exports_stalled_total",
            "Downloads whose client took nothing any more were ended");

    private final Map<String, Double> counted = new HashMap<>();
    private final Map<String, Long> reachedNanos = new TreeMap<>();
    private boolean looked;

    /** @return sentences; empty where no bound was reached */
    String note(Figures figures, long nowNanos) {
        figures.byLabel("http_refused_total").forEach((reason, count) -> note(reason, count, nowNanos));
        OTHERS.keySet().forEach(counter -> figures.value(counter).ifPresent(count -> note(counter, count, nowNanos)));
        looked = true;
        reachedNanos.values().removeIf(reached -> nowNanos - reached > SHOWN.toNanos());
        return Stream.of(
                        leftAlone(figures), turnedAway(figures), reached(OTHERS).map(sentence -> sentence + "."))
                .flatMap(sentences -> sentences)
                .collect(Collectors.joining(" "));
    }

    /** What was counted before the first look is old; a counter that comes later was made by the first that it counts. */
    private void note(String bound, double count, long nowNanos) {
        Double before = counted.put(bound, count);
        if (looked && count > (before == null ? 0 : before)) {
            reachedNanos.put(bound, nowNanos);
        }
    }

    private Stream<String> reached(Map<String, String> sentences) {
        return reachedNanos.keySet().stream()
                .filter(sentences::containsKey)
                .map(bound -> sentences.getOrDefault(bound, bound));
    }

    private static Stream<String> leftAlone(Figures figures) {
        String peers = figures.byLabel("http_client_breaker_open").entrySet().stream()
                .filter(peer -> peer.getValue() > 0)
                .map(Map.Entry::getKey)
                .sorted()
                .collect(Collectors.joining(", "));
        return peers.isEmpty()
                ? Stream.empty()
                : Stream.of("Circuit breaker open: " + peers
                        + " did not answer several times in a row and is tried once a second; what needs it fails at once,"
                        + " and all else goes on.");
    }

    private Stream<String> turnedAway(Figures figures) {
        String reached = Stream.concat(reached(SENTENCES), connections(figures)).collect(Collectors.joining("; "));
        return reached.isEmpty()
                ? Stream.empty()
                : Stream.of("It turned requests away in the last minute: " + reached
                        + ". Nothing of them was done, and everybody else is served.");
    }

    private static Stream<String> connections(Figures figures) {
        double open = figures.value("http_connections").orElse(0);
        double most = figures.value("http_connections_most").orElse(Double.MAX_VALUE);
        return open >= most ? Stream.of("all of http.connections are open, and more wait") : Stream.empty();
    }
}
