package org.perilune.status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.perilune.chassis.http.HttpConfig;
import org.perilune.chassis.http.HttpListener;
import org.perilune.chassis.http.TokenConfig;
import org.perilune.chassis.json.Json;
import org.perilune.chassis.runtime.Health;
import org.perilune.chassis.runtime.Meters;
import org.perilune.chassis.runtime.Service;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.chassis.settings.Settings;
import org.perilune.contracts.Topology;
import org.perilune.embedded.EmbeddedBackends;
import org.perilune.embedded.host.BackendsConfig;
import org.perilune.testkit.StandInCrew;

class StatusTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    @TempDir
    static Path home;

    private static EmbeddedBackends backends;
    private static StandInCrew crew;

    private final AtomicReference<Optional<String>> trouble = new AtomicReference<>(Optional.empty());
    private final HttpClient http = HttpClient.newHttpClient();

    @BeforeAll
    static void startBackends() throws Exception {
        backends = EmbeddedBackends.start(BackendsConfig.onFreePorts(home, List.of("status")), sentence -> {});
        crew = new StandInCrew();
    }

    @AfterAll
    static void stopBackends() {
        crew.close();
        backends.close();
    }

    /** Stands for every service: the real chassis. */
    private HttpListener peer(PrometheusMeterRegistry meters) {
        var health = new Health();
        health.add("postgresql", trouble::get);
        return HttpListener.open(
                new HttpConfig(
                        "127.0.0.1", 0, Duration.ofSeconds(1), TokenConfig.of(URI.create("http://127.0.0.1:1/keys"))),
                "peer",
                health,
                meters,
                context -> {
                    throw new ServiceException.Unauthenticated("Only open routes here");
                },
                javalin -> {});
    }

    private static StatusConfig config(Map<String, String> more) {
        var values = new HashMap<String, String>();
        backends.settings().forEach((setting, value) -> {
            if (setting.startsWith("status.")) {
                values.put(setting, value);
            }
        });
        values.put("status.http.port", "0");
        values.putAll(more);
        var settings = Settings.of(values);
        StatusConfig config = StatusConfig.read(settings.at("status"));
        settings.check();
        return config;
    }

    private static Map<String, String> servicesAt(int port) {
        var addresses = new HashMap<String, String>();
        for (Topology.Service service : Topology.SERVICES) {
            addresses.put("status.services." + service.name(), "http://127.0.0.1:" + port);
        }
        addresses.put("status.services.posts", "http://127.0.0.1:1");
        addresses.put("status.management.posts", "http://127.0.0.1:" + port);
        addresses.put("status.tokens.keys-url", crew.keysUrl());
        return addresses;
    }

    private JsonNode status(Service service) throws Exception {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + service.port() + "/status"))
                .header("Authorization", "Bearer " + crew.token("tester", "viewer"))
                .build();
        var response = http.send(request, HttpResponse.BodyHandlers.ofByteArray());
        assertThat(response.statusCode()).isEqualTo(200);
        return Json.mapper().readTree(response.body());
    }

    private static JsonNode part(JsonNode status, String list, String name) {
        for (JsonNode part : status.path(list)) {
            if (part.path("name").asText().equals(name)) {
                return part;
            }
        }
        throw new AssertionError("No part " + name + " in " + status);
    }

    @Test
    void tellsWhatIsDownAndWhatStillWorks() throws Exception {
        PrometheusMeterRegistry meters = Meters.open();
        meters.counter("telemetry.frames.stored").increment(1234);
        Gauge.builder("outbox.waiting", () -> 7).register(meters);
        meters.counter("events.handled", "queue", "query.events").increment(5);
        meters.counter("events.failures", "queue", "query.events").increment();
        Gauge.builder("events.lag.seconds", () -> 2.5)
                .tag("queue", "query.events")
                .register(meters);
        Gauge.builder("clock.steady", () -> 0).register(meters);
        Gauge.builder("clock.off", () -> -3600).baseUnit("seconds").register(meters);
        try (var peer = peer(meters);
                var service = StatusService.start(config(servicesAt(peer.port())), Clock.systemUTC())) {
            await().atMost(LIMIT).untilAsserted(() -> {
                JsonNode now = status(service);
                assertThat(now.path("status").asText()).as(now.toPrettyString()).isEqualTo("up");
            });
            assertThat(part(status(service), "services", "timeline")
                            .path("detail")
                            .asText())
                    .contains("the database's clock was set back by 3600 s");
            JsonNode up = status(service);
            assertThat(up.path("version").asText()).matches("[0-9].*");
            assertThat(up.path("services")).hasSize(Topology.SERVICES.size());
            assertThat(up.path("ingest").path("frames_stored").asLong()).isEqualTo(1234);
            assertThat(up.path("ingest").path("lag").isIntegralNumber()).isTrue();
            assertThat(part(up, "services", "crew").path("memory_bytes").asLong())
                    .isGreaterThan(1_000_000);
            assertThat(part(up, "services", "telemetry").path("memory_bytes").isNull())
                    .as("counted once a process")
                    .isTrue();
            assertThat(part(up, "stores", "redis").path("memory_bytes").asLong())
                    .isGreaterThan(1_000_000);
            assertThat(part(up, "stores", "mqtt").path("latency_ms").isNumber()).isTrue();
            assertThat(part(up, "stores", "mongodb").path("latency_ms").isNumber())
                    .isTrue();
            assertThat(part(up, "stores", "mongodb").path("detail").asText()).matches("MongoDB [0-9.]+ works");
            assertThat(part(up, "stores", "amqp").path("detail").asText()).endsWith(" works");

            JsonNode flow = up.path("events").get(0);
            assertThat(flow.path("outbox_waiting").asLong()).isEqualTo(7);
            assertThat(flow.path("queues")).hasSize(1);
            JsonNode queue = flow.path("queues").get(0);
            assertThat(queue.path("name").asText()).isEqualTo("query.events");
            assertThat(queue.path("handled").asLong()).isEqualTo(5);
            assertThat(queue.path("failures").asLong()).isEqualTo(1);
            assertThat(queue.path("lag_seconds").asDouble()).isEqualTo(2.5);

            trouble.set(Optional.of("PostgreSQL is away: refused"));
            await().atMost(LIMIT).untilAsserted(() -> {
                JsonNode now = status(service);
                assertThat(part(now, "services", "telemetry").path("detail").asText())
                        .contains("runs, but cannot work", "PostgreSQL is away", "wait in Redis");
            });

            killPostgres();
            await().atMost(LIMIT)
                    .pollInterval(Duration.ofMillis(50))
                    .untilAsserted(() -> assertThat(part(status(service), "stores", "postgresql")
                                    .path("detail")
                                    .asText())
                            .contains("postgresql is down", "nothing is lost"));
            trouble.set(Optional.empty());
            await().atMost(LIMIT)
                    .until(() -> status(service).path("status").asText().equals("up"));
        }
        meters.close();
    }

    private static void killPostgres() {
        long pid = backends.servers().stream()
                .filter(server -> server.name().equals("PostgreSQL"))
                .findFirst()
                .orElseThrow()
                .pid();
        ProcessHandle.of(pid).orElseThrow().destroyForcibly();
    }

    @Test
    void isDownWhereNothingAnswers() throws Exception {
        var addresses = servicesAt(1);
        addresses.put("status.mongodb.port", "1");
        addresses.put("status.amqp.port", "1");
        try (var service = StatusService.start(config(addresses), Clock.systemUTC())) {
            await().atMost(LIMIT)
                    .until(() -> status(service).path("status").asText().equals("down"));
            await().atMost(LIMIT).untilAsserted(() -> {
                JsonNode now = status(service);
                assertThat(part(now, "services", "crew").path("detail").asText())
                        .startsWith("crew is down: nothing listens at its address.");
                assertThat(part(now, "services", "status").path("state").asText())
                        .isEqualTo("up");
                assertThat(part(now, "stores", "mongodb").path("detail").asText())
                        .startsWith("mongodb is down: MongoDB is away:")
                        .endsWith("commands can be sent by hand as before.");
                assertThat(part(now, "stores", "amqp").path("detail").asText())
                        .startsWith("amqp is down: nothing listens at its address.")
                        .contains("wait in the outboxes");
                assertThat(now.path("ingest").path("frames_stored").isNull()).isTrue();
            });
        }
    }

    @Test
    void ratesSurviveARestartOfTelemetry() {
        var ingest = new Ingest();
        ingest.telemetry(Figures.parse("telemetry_frames_stored_total 1000.0"), 0);
        ingest.telemetry(Figures.parse("telemetry_frames_stored_total{a=\"b c\"} 3000.0"), 2_000_000_000L);
        assertThat(ingest.answer(true, true).framesPerSecond()).isEqualTo(1000.0);
        ingest.telemetry(Figures.parse("telemetry_frames_stored_total 5.0"), 4_000_000_000L);
        assertThat(ingest.answer(true, true).framesPerSecond()).isNull();
        assertThat(ingest.answer(true, true).framesStored()).isEqualTo(5);
        assertThat(ingest.answer(false, true).framesStored()).isNull();
    }
}
