package org.perilune.conformance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.perilune.conformance.Ground.Answer;
import org.perilune.conformance.Perilune.Part;
import org.perilune.contracts.Topology;
import org.perilune.contracts.Topology.Service;

/**
 * Two copies of a service of which one leads. One after the other stands still, as a process on a machine without power:
 * whichever led, the other one does its work. Prints after how long it was seen to.
 */
final class TakeoverTest {
    /** Ten seconds are promised; a machine that runs two dozen processes on two processors is not. */
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    private static final String JSON = "application/json";

    @TempDir
    private Path folder = Path.of("");

    /** Does what only the leader does, by way of one copy, and returns when that is seen. */
    @FunctionalInterface
    private interface Work {
        void doneBy(int port) throws Exception;
    }

    @Test
    void commandsAreSent() throws Exception {
        try (var perilune = Perilune.in(folder.resolve("home"));
                var ground = new Ground(perilune)) {
            whicheverStandsStill(perilune, Topology.COMMAND_DISPATCHER, port -> {
                String body = """
                        {"command_type":"SET_REPORT_INTERVAL","parameters":{"interval":1},"device":"lunar-module",
                          "expires_in":600}""";
                Answer sent = ground.send(
                        port,
                        "POST",
                        "/dispatch",
                        ground.token("operator"),
                        JSON,
                        body,
                        UUID.randomUUID().toString());
                assertThat(sent.status()).as("%s", sent).isEqualTo(202);
                String id = sent.json().path("id").asText();
                awaitState(ground, port, "/commands/" + id, "completed");
            });
        }
    }

    @Test
    void telemetryIsStored() throws Exception {
        try (var perilune = Perilune.in(folder.resolve("home"));
                var ground = new Ground(perilune)) {
            perilune.start(Topology.TELEMETRY.name());
            try (var device = StockClient.connect(perilune, "stock", perilune.run("device", "add", "stock"))) {
                int[] ordinal = {0};
                whicheverStandsStillOf(perilune, Topology.TELEMETRY, port -> {
                    int next = ++ordinal[0];
                    device.report(StockClient.telemetry(
                            StockClient.frame(Instant.now().toEpochMilli() * 1_000, "ordinal", next)));
                    await().atMost(TIMEOUT)
                            .until(() -> ground.get(port, "/data?device=stock&limit=1", ground.token("viewer"))
                                            .json()
                                            .at("/data/0/ordinal")
                                            .asInt()
                                    == next);
                });
            }
        }
    }

    @Test
    void plannedEventsAreLaunched() throws Exception {
        try (var perilune = Perilune.in(folder.resolve("home"));
                var ground = new Ground(perilune)) {
            whicheverStandsStill(perilune, Topology.TIMELINE, port -> {
                String body = """
                        {"name":"Report","time":"%s","device":"lunar-module",
                          "command":{"command_type":"SET_REPORT_INTERVAL","parameters":{"interval":1}}}""".formatted(Instant.now().plusSeconds(2));
                Answer made = ground.send(port, "POST", "/input", ground.token("operator"), JSON, body, null);
                assertThat(made.status()).as("%s", made).isEqualTo(201);
                awaitState(ground, port, "/data/" + made.json().path("id").asText(), "dispatched");
            });
        }
    }

    @Test
    void callbacksAreMade() throws Exception {
        Set<String> called = ConcurrentHashMap.newKeySet();
        HttpServer subscriber = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        subscriber.createContext("/", exchange -> {
            called.add(new String(exchange.getRequestBody().readAllBytes(), UTF_8));
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        subscriber.start();
        String host = "127.0.0.1:" + subscriber.getAddress().getPort();
        try (var perilune = Perilune.in(folder.resolve("home"), Map.of("event-bus.callbacks.allowed-hosts", host));
                var ground = new Ground(perilune)) {
            boolean[] subscribed = {false};
            whicheverStandsStill(perilune, Topology.EVENT_BUS, port -> {
                if (!subscribed[0]) {
                    String body = """
                            {"url":"http://%s/","types":["Takeover"]}""".formatted(host);
                    Answer made = ground.send(
                            port, "POST", "/subscriptions", ground.token("administrator"), JSON, body, null);
                    assertThat(made.status()).as("%s", made).isEqualTo(201);
                    subscribed[0] = true;
                }
                String id = UUID.randomUUID().toString();
                String event = """
                        {"type":"Takeover","data":{"id":"%s"}}""".formatted(id);
                assertThat(ground.send(port, "POST", "/events", ground.token("operator"), JSON, event, null)
                                .status())
                        .isEqualTo(201);
                await().atMost(TIMEOUT).until(() -> called.stream().anyMatch(body -> body.contains(id)));
            });
        } finally {
            subscriber.stop(0);
        }
    }

    private void whicheverStandsStill(Perilune perilune, Service service, Work work) throws Exception {
        perilune.start(service.name());
        whicheverStandsStillOf(perilune, service, work);
    }

    private void whicheverStandsStillOf(Perilune perilune, Service service, Work work) throws Exception {
        Part part = Part.of(service);
        int further = Ports.free(1).iterator().next();
        Path said = folder.resolve("said");
        try (var planned = Beside.of(perilune, service, perilune.port(part), said);
                var other = Beside.of(perilune, service, further, said)) {
            planned.start();
            other.start();
            planned.awaitReady();
            other.awaitReady();
            work.doneBy(planned.port());
            for (Beside still : List.of(planned, other, planned)) {
                int living = still == planned ? other.port() : planned.port();
                long began = System.nanoTime();
                try (var _ = Suspension.of(still.handle())) {
                    work.doneBy(living);
                    System.out.println("A copy stands still [service: " + service.name() + ", milliseconds: "
                            + (System.nanoTime() - began) / 1_000_000 + "]");
                }
                // Whoever wakes up and led before does nothing twice and hinders nobody.
                work.doneBy(living);
            }
        } catch (Throwable failure) {
            failure.addSuppressed(new AssertionError("The log's end:\n" + perilune.log(40)));
            throw failure;
        }
    }

    private static void awaitState(Ground ground, int port, String path, String state) {
        await(path + " to be " + state)
                .atMost(TIMEOUT)
                .until(
                        () -> ground.get(port, path, ground.token("viewer")).json(),
                        (JsonNode json) -> json.path("state").asText().equals(state));
    }
}
