package org.perilune.commanddispatcher;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.ServiceClient;
import org.perilune.chassis.ServiceException;
import org.perilune.chassis.ServiceTokens;

/** Asks telemetry what devices showed. Every question fails with a {@link ServiceException}. Safe for threads. */
final class TelemetryReader implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final int PAGE = 1_000;

    /** What is further back than this many pages is not looked at. */
    private static final int MOST_PAGES = 5;

    private static final int LOOK_BACK = 100;
    private static final int MOST_DEVICES_BY_NAME = 40;

    /** Values of these names are called {@code value_…} in a reading. */
    private static final Set<String> MEMBERS =
            Set.of("device", "timestamp", "received", "epoch", "seq", "status", "trace");

    private final ServiceClient client;
    private final ServiceTokens tokens;

    TelemetryReader(URI telemetry, ServiceTokens tokens) {
        this.client = ServiceClient.open("telemetry", telemetry, TIMEOUT);
        this.tokens = tokens;
    }

    /** What is in a reading, or in a live frame, under the name of a value; null if nothing is. */
    static @Nullable JsonNode value(JsonNode reading, String parameter) {
        return reading.get(MEMBERS.contains(parameter) ? "value_" + parameter : parameter);
    }

    /**
     * What a device reported from an instant on, oldest first: all of it or, where that is too much, what falls into the
     * time up to another instant, and the newest.
     */
    List<Shown> since(String device, Instant from, Instant until) {
        var newest = new ArrayList<Shown>();
        String question = "/data?limit=" + PAGE + "&device=" + encoded(device) + "&from=" + encoded(from.toString());
        if (read(device, question, newest)) {
            return newest.reversed();
        }
        newest.removeIf(shown -> !shown.time().isAfter(until));
        var within = new ArrayList<Shown>();
        boolean _ = read(device, question + "&to=" + encoded(until.toString()), within);
        return Stream.concat(within.reversed().stream(), newest.reversed().stream())
                .toList();
    }

    /** False where there is more, further back. */
    private boolean read(String device, String question, List<Shown> newestFirst) {
        Optional<String> cursor = Optional.of("");
        for (int page = 0; page < MOST_PAGES && cursor.isPresent(); page++) {
            JsonNode answer = client.get(question + cursor.get(), tokens.token(), JsonNode.class);
            for (JsonNode reading : answer.path("data")) {
                newestFirst.add(new Shown(
                        device, Instant.parse(reading.path("timestamp").asText()), reading));
            }
            JsonNode next = answer.path("next");
            cursor = next.isTextual() ? Optional.of("&cursor=" + encoded(next.asText())) : Optional.empty();
        }
        return cursor.isEmpty();
    }

    /** The last number of a parameter up to an instant. */
    OptionalDouble lastBefore(String device, String parameter, Instant upTo) {
        String question = "/data?limit=" + LOOK_BACK + "&device=" + encoded(device) + "&to=" + encoded(upTo.toString());
        for (JsonNode reading :
                client.get(question, tokens.token(), JsonNode.class).path("data")) {
            JsonNode value = value(reading, parameter);
            if (value != null && value.isNumber()) {
                return OptionalDouble.of(value.doubleValue());
            }
        }
        return OptionalDouble.empty();
    }

    /** Empty where the device did not say. */
    String unit(String device, String parameter) {
        JsonNode facts = client.get("/devices/" + encoded(device), tokens.token(), JsonNode.class);
        for (JsonNode declared : facts.path("parameters")) {
            if (declared.path("name").asText().equals(parameter)) {
                return declared.path("unit").asText("");
            }
        }
        return "";
    }

    /** The live stream of some devices; the caller closes it. */
    InputStream stream(Collection<String> devices) {
        String names = devices.size() > MOST_DEVICES_BY_NAME
                ? ""
                : devices.stream().map(device -> "device=" + encoded(device)).collect(Collectors.joining("&", "?", ""));
        return client.stream("/stream" + names, tokens.token());
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, UTF_8);
    }

    @Override
    public void close() {
        client.close();
    }
}
