package org.perilune.launcher.timeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.perilune.chassis.client.ServiceClient;
import org.perilune.chassis.json.Json;
import org.perilune.launcher.home.LauncherException;

/** Against a stand-in that keeps the contract of {@code POST /inputs}: one key, one set of events. */
final class TimelineImportTest {
    private static final Instant START = Instant.parse("2026-12-01T13:32:00Z");
    private static final String REFUSAL = """
            {"detail": "The request is not valid", "errors": [{"field": "events[1].time", "detail": "is missing"}]}""";

    private final Map<String, JsonNode> taken = new ConcurrentHashMap<>();
    private final HttpServer server = server();
    private boolean breaksAfterTaking;
    private boolean refuses;

    private static HttpServer server() {
        try {
            return HttpServer.create(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), 0);
        } catch (IOException failure) {
            throw new IllegalStateException(failure);
        }
    }

    @BeforeEach
    void listen() {
        server.createContext("/inputs", this::take);
        server.start();
    }

    @AfterEach
    void close() {
        server.stop(0);
    }

    private void take(HttpExchange exchange) throws IOException {
        try (exchange) {
            JsonNode body = Json.mapper().readTree(exchange.getRequestBody().readAllBytes());
            if (refuses) {
                answer(exchange, 422, REFUSAL);
                return;
            }
            String key = exchange.getRequestHeaders().getFirst("Idempotency-Key");
            JsonNode before = taken.putIfAbsent(key, body);
            if (breaksAfterTaking) {
                breaksAfterTaking = false;
                return;
            }
            if (before != null && !before.equals(body)) {
                answer(exchange, 409, "{\"detail\": \"another body\"}");
                return;
            }
            answer(exchange, before == null ? 201 : 200, "{\"data\": []}");
        }
    }

    private static void answer(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    private TimelineImport.Outcome send(int events) {
        var rows = LongStream.range(0, events)
                .mapToObj(number -> new TimelineRow(
                        number + 2,
                        Duration.ofMinutes(number),
                        "Event " + number,
                        null,
                        number == 1 ? "SET_REPORT" : null,
                        Json.mapper().createObjectNode()))
                .toList();
        var silent = new PrintStream(new ByteArrayOutputStream(), false, StandardCharsets.UTF_8);
        URI address = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
        try (var timeline = ServiceClient.open("timeline", address, Duration.ofSeconds(20))) {
            var plan = new TimelineImport.Plan("file", START, 60, "eagle");
            return new TimelineImport(timeline, "token", plan, silent).send(rows);
        }
    }

    private int events() {
        return taken.values().stream()
                .mapToInt(body -> body.path("events").size())
                .sum();
    }

    @Test
    void doublesNothingWhenItIsRepeated() {
        breaksAfterTaking = true;
        var first = send(600);
        assertThat(events()).isEqualTo(600);
        assertThat(first.last()).isEqualTo(START.plusSeconds(599));
        var second = send(600);
        assertThat(second.fresh()).isFalse();
        assertThat(events()).isEqualTo(600);
        JsonNode event = Objects.requireNonNull(taken.get("import-timeline:file:2026-12-01T13:32:00Z:60.0:eagle:0"))
                .path("events")
                .path(1);
        assertThat(event.toString())
                .isEqualTo("{\"name\":\"Event 1\",\"time\":\"2026-12-01T13:32:01Z\",\"device\":\"eagle\","
                        + "\"command\":{\"command_type\":\"SET_REPORT\",\"parameters\":{}}}");
    }

    @Test
    void namesTheLineThatTheTimelineRefuses() {
        refuses = true;
        assertThatThrownBy(() -> send(3))
                .isInstanceOf(LauncherException.class)
                .hasMessageContaining("The timeline refuses: The request is not valid")
                .hasMessageContaining("Line 3, time: is missing");
    }
}
