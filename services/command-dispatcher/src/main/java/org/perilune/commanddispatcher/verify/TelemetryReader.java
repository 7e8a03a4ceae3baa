package org.perilune.commanddispatcher.verify;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.http.ServiceClient;
import org.perilune.chassis.http.ServiceTokens;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.chassis.tls.TlsConfig;

/** Asks telemetry what devices showed. Every question fails with a {@link ServiceException}. Safe for threads. */
public final class TelemetryReader implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final int PAGE = 1_000;

    /** What a look may cost, every time. */
    private static final int MOST_PAGES = 5;

    /** What the last look at one command may cost: a day at a reading a second. */
    private static final int MOST_PAGES_AT_LAST = 100;

    private static final Duration FIRST_SPAN = Duration.ofSeconds(10);
    private static final int SPAN_GROWTH = 4;

    private static final int LOOK_BACK = 100;
    private static final int MOST_DEVICES_BY_NAME = 40;

    /** Values of these names are called {@code value_…} in a reading. */
    private static final Set<String> MEMBERS =
            Set.of("device", "timestamp", "received", "epoch", "seq", "status", "trace");

    private final ServiceClient client;
    private final ServiceTokens tokens;

    public TelemetryReader(URI telemetry, TlsConfig tls, ServiceTokens tokens) {
        this.client = ServiceClient.open("telemetry", telemetry, TIMEOUT, tls);
        this.tokens = tokens;
    }

    /** What is in a reading, or in a live frame, under the name of a value; null if nothing is. */
    static @Nullable JsonNode value(JsonNode reading, String parameter) {
        return reading.get(MEMBERS.contains(parameter) ? "value_" + parameter : parameter);
    }

    /**
     * What a device reported, oldest first.
     *
     * @param all false where there is more than was read; what was read is the newest then
     */
    record Readings(List<Shown> shown, boolean all) {}

    /**
     * What a device reported from an instant on.
     *
     * @param goOn asked before every question, here as below; when it says no it fails
     */
    Readings since(String device, Instant from, BooleanSupplier goOn) {
        return read(device, "&from=" + encoded(from.toString()), MOST_PAGES, goOn);
    }

    /** All of what a device reported from an instant to another, oldest first. */
    List<Shown> between(String device, Instant from, Instant to, BooleanSupplier goOn) {
        String span = "&from=" + encoded(from.toString()) + "&to=" + encoded(to.toString());
        return read(device, span, MOST_PAGES_AT_LAST, goOn).shown();
    }

    /** The first reading after an instant that has a value of the parameter. */
    Optional<Shown> firstAfter(String device, String parameter, Instant after, BooleanSupplier goOn) {
        Optional<Instant> newest = newest(device);
        Instant from = after;
        Duration span = FIRST_SPAN;
        while (newest.isPresent() && from.isBefore(newest.get())) {
            Instant to = from.plus(span);
            for (Shown shown : between(device, from, to, goOn)) {
                JsonNode value = value(shown.values(), parameter);
                if (shown.time().isAfter(after) && value != null && !value.isNull()) {
                    return Optional.of(shown);
                }
            }
            from = to;
            span = span.multipliedBy(SPAN_GROWTH);
        }
        return Optional.empty();
    }

    private Optional<Instant> newest(String device) {
        JsonNode newest = client.get("/data?limit=1&device=" + encoded(device), tokens.token(), JsonNode.class)
                .path("data")
                .path(0);
        return newest.isMissingNode()
                ? Optional.empty()
                : Optional.of(Instant.parse(newest.path("timestamp").asText()));
    }

    private Readings read(String device, String span, int pages, BooleanSupplier goOn) {
        var newestFirst = new ArrayList<Shown>();
        String question = "/data?limit=" + PAGE + "&device=" + encoded(device) + span;
        Optional<String> cursor = Optional.of("");
        for (int page = 0; page < pages && cursor.isPresent(); page++) {
            if (!goOn.getAsBoolean()) {
                throw new ServiceException.Unavailable("This copy stops looking; another one goes on", null);
            }
            JsonNode answer = client.get(question + cursor.get(), tokens.token(), JsonNode.class);
            for (JsonNode reading : answer.path("data")) {
                newestFirst.add(new Shown(
                        device, Instant.parse(reading.path("timestamp").asText()), reading));
            }
            JsonNode next = answer.path("next");
            cursor = next.isTextual() ? Optional.of("&cursor=" + encoded(next.asText())) : Optional.empty();
        }
        return new Readings(newestFirst.reversed(), cursor.isEmpty());
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

    /** By parameter, as far as the device said. */
    Map<String, String> units(String device) {
        JsonNode facts = client.get("/devices/" + encoded(device), tokens.token(), JsonNode.class);
        Map<String, String> units = new HashMap<>();
        for (JsonNode declared : facts.path("parameters")) {
            units.put(declared.path("name").asText(), declared.path("unit").asText(""));
        }
        return units;
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
