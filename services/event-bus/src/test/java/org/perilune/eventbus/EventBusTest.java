package org.perilune.eventbus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.perilune.chassis.Amqp;
import org.perilune.chassis.AmqpConfig;
import org.perilune.chassis.CloudEvent;
import org.perilune.chassis.EventConsumer;
import org.perilune.chassis.Inbox;
import org.perilune.chassis.Json;
import org.perilune.chassis.Outbox;
import org.perilune.chassis.OutboxRelay;
import org.perilune.chassis.Postgres;
import org.perilune.chassis.PostgresConfig;
import org.perilune.chassis.Resources;
import org.perilune.chassis.Settings;
import org.perilune.chassis.testing.StandInCrew;
import org.perilune.contracts.Topology.Service;
import org.perilune.pad.Pad;
import org.perilune.pad.PadConfig;

class EventBusTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Resources OPENED = new Resources();

    @TempDir
    static Path home;

    private static Pad pad;
    private static StandInCrew tokens;
    private static EventBusService bus;

    private final HttpClient http = HttpClient.newHttpClient();
    /** Each test has a type of its own. */
    private final String type = "T" + UUID.randomUUID().toString().replace("-", "");

    @BeforeAll
    static void start() throws Exception {
        tokens = OPENED.add(new StandInCrew());
        pad = OPENED.add(Pad.start(PadConfig.onFreePorts(home, List.of("event_bus", "crew")), sentence -> {}));
        bus = OPENED.add(EventBusService.start(config(), Clock.systemUTC()));
    }

    @AfterAll
    static void stop() {
        OPENED.close();
    }

    private static EventBusConfig config() {
        var values = new HashMap<>(pad.settings());
        values.put("event-bus.http.port", "0");
        values.put("event-bus.tokens.keys-url", tokens.keysUrl());
        return EventBusConfig.read(Settings.of(values).at("event-bus"));
    }

    private HttpResponse<String> post(String path, String body) throws Exception {
        return post(bus, path, body);
    }

    private HttpResponse<String> post(EventBusService to, String path, String body) throws Exception {
        return http.send(
                request(to, path)
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.ofString());
    }

    private static HttpRequest.Builder request(EventBusService to, String path) throws Exception {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + to.port() + path))
                .header("Authorization", "Bearer " + tokens.token("alice", "operator"))
                .timeout(Duration.ofSeconds(20));
    }

    private JsonNode get(String path) throws Exception {
        HttpResponse<String> answer = http.send(request(bus, path).build(), BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return Json.mapper().readTree(answer.body());
    }

    private JsonNode events() throws Exception {
        return get("/events?type=" + type).path("events");
    }

    private List<JsonNode> deadLetters(String word) throws Exception {
        var found = new ArrayList<JsonNode>();
        get("/dead-letters").path("dead_letters").forEach(letter -> {
            if (letter.path("body").asText().contains(word)) {
                found.add(letter);
            }
        });
        return found;
    }

    @Test
    void whatIsPostedIsReplayedInOrder() throws Exception {
        for (int i = 0; i < 5; i++) {
            assertThat(post("/events", "{\"type\":\"%s\",\"data\":{\"n\":%d}}".formatted(type, i))
                            .statusCode())
                    .isEqualTo(201);
        }
        JsonNode all = events();
        assertThat(all.findValuesAsText("n")).containsExactly("0", "1", "2", "3", "4");
        JsonNode first = all.get(0).path("event");
        assertThat(first.path("specversion").asText()).isEqualTo("1.0");
        assertThat(first.path("source").asText()).isEqualTo("urn:perilune:event-bus");
        assertThat(first.path("postedby").asText()).isEqualTo("alice");
        long second = all.get(1).path("position").asLong();
        JsonNode page = get("/events?limit=2&after=" + second + "&type=" + type);
        assertThat(page.findValuesAsText("n")).containsExactly("2", "3");
        assertThat(page.path("next").asLong())
                .isEqualTo(all.get(3).path("position").asLong());
    }

    @Test
    void oneIdentityIsOneEvent() throws Exception {
        String event = """
                {"specversion":"1.0","id":"x-%s","source":"urn:mine","type":"%s","data":{"a":1.50,"b":3000000000}}""".formatted(type, type);
        assertThat(post("/events", event).statusCode()).isEqualTo(201);
        assertThat(post("/events", event).statusCode()).isEqualTo(200);
        HttpResponse<String> other = post("/events", event.replace("1.50", "1.51"));
        assertThat(other.statusCode()).isEqualTo(409);
        assertThat(other.body()).contains("x-" + type);
        assertThat(events()).hasSize(1);
    }

    @Test
    void badInputIsNamed() throws Exception {
        var faults = Map.ofEntries(
                Map.entry("{\"data\":1}", "type: is missing"),
                Map.entry("{\"type\":\"Post.*\"}", "no wildcards"),
                Map.entry("{\"type\":\"#\"}", "no wildcards"),
                Map.entry("{\"type\":\"" + "a".repeat(129) + "\"}", "128"),
                Map.entry("{\"type\":7}", "type: must be a text"),
                Map.entry("{\"type\":\"a\",\"Data\":1}", "Data: is no attribute"),
                Map.entry("{\"type\":\"a\",\"time\":\"now\"}", "time: must be a time"),
                Map.entry("{\"type\":\"a\",\"specversion\":\"0.3\"}", "specversion"),
                Map.entry("{\"type\":\"a\",\"postedby\":\"bob\"}", "postedby"),
                Map.entry("{\"type\":\"a\",\"source\":\"urn:perilune:command-dispatcher\"}", "own services"),
                Map.entry("{\"type\":\"a\",\"id\":\"a\\u0000\"}", "id: must be a text"));
        for (var fault : faults.entrySet()) {
            HttpResponse<String> answer = post("/events", fault.getKey());
            assertThat(answer.statusCode()).as(fault.getKey()).isEqualTo(422);
            assertThat(answer.body()).contains(fault.getValue());
        }
        assertThat(post("/events", "{").statusCode()).isEqualTo(400);
        assertThat(post("/events", "[]").statusCode()).isBetween(400, 422);
        assertThat(post("/events", "{\"type\":\"a\",\"data\":\"" + "x".repeat(300_000) + "\"}")
                        .statusCode())
                .isEqualTo(413);
        for (String query : List.of("after=-1", "after=x", "type=Post.*", "limit=0", "limit=1001", "tipe=a")) {
            HttpResponse<String> answer =
                    http.send(request(bus, "/events?" + query).build(), BodyHandlers.ofString());
            assertThat(answer.statusCode()).as(query).isEqualTo(400);
            assertThat(answer.body()).contains(query.substring(0, query.indexOf('=')));
        }
    }

    /** The pitfall: a reader who goes on after the highest number it saw misses what commits late with a lower one. */
    @Test
    void readersMissNothingWhileTwoCopiesTakeEvents() throws Exception {
        int wanted = 300;
        var posted = new ArrayList<Future<Integer>>();
        var seen = new TreeSet<Integer>();
        try (var second = EventBusService.start(config(), Clock.systemUTC());
                var posting = Executors.newVirtualThreadPerTaskExecutor()) {
            long after = get("/events?limit=1000&after=0").path("next").asLong();
            for (int i = 0; i < wanted; i++) {
                int n = i;
                posted.add(posting.submit(() -> post(
                                n % 2 == 0 ? bus : second,
                                "/events",
                                "{\"type\":\"%s\",\"data\":{\"n\":%d}}".formatted(type, n))
                        .statusCode()));
            }
            long end = System.nanoTime() + PATIENCE.toNanos();
            while (seen.size() < wanted && System.nanoTime() < end) {
                JsonNode page = get("/events?limit=50&after=" + after);
                after = page.path("next").asLong();
                page.path("events").forEach(entry -> {
                    if (entry.path("event").path("type").asText().equals(type)) {
                        seen.add(entry.path("event").path("data").path("n").asInt());
                    }
                });
            }
            for (Future<Integer> answer : posted) {
                assertThat(answer.get()).isEqualTo(201);
            }
        }
        assertThat(seen).hasSize(wanted);
    }

    @Test
    void followersGetWhatWasAndWhatComes() throws Exception {
        post("/events", "{\"type\":\"%s\",\"data\":{\"n\":0}}".formatted(type));
        long first = events().get(0).path("position").asLong();
        var lines = new CopyOnWriteArrayList<String>();
        var answer = http.send(
                request(bus, "/stream?type=" + type + "&after=" + (first - 1)).build(), BodyHandlers.ofLines());
        try (var reading = Executors.newVirtualThreadPerTaskExecutor();
                var stream = answer.body()) {
            Future<?> reader = reading.submit(() -> stream.forEach(lines::add));
            await().atMost(PATIENCE).until(() -> lines.contains("id: " + first));
            post("/events", "{\"type\":\"%s\",\"data\":{\"n\":1}}".formatted(type));
            await().atMost(PATIENCE)
                    .until(() -> lines.stream().anyMatch(line -> line.startsWith("data:") && line.contains("\"n\":1")));
            assertThat(lines).contains("event: " + type);
            assertThat(reader.isDone()).isFalse();
            http.shutdownNow();
        }
    }

    /** A service with a store of its own, that publishes, and handles what is published. */
    private final class OtherService implements AutoCloseable {
        private final Resources owned = new Resources();
        private final AtomicBoolean broken = new AtomicBoolean(true);
        private final List<String> handled = new CopyOnWriteArrayList<>();
        private final Postgres postgres;
        private final OutboxRelay relay;

        OtherService() throws InterruptedException {
            var settings = Settings.of(pad.settings());
            var meters = new SimpleMeterRegistry();
            postgres = owned.add(Postgres.open(
                    PostgresConfig.read(settings.at("crew"), 4), List.of(Outbox.SCHEMA, Inbox.SCHEMA), meters));
            postgres.awaitMigrated();
            Amqp amqp = owned.add(Amqp.open(AmqpConfig.read(settings.at("event-bus"))));
            relay = owned.add(OutboxRelay.start("other", postgres, amqp, meters));
            var consumer = owned.add(EventConsumer.start(
                    new Service("other", 1, Set.of(), Set.of()),
                    Set.of(type),
                    postgres,
                    amqp,
                    Inbox.once((transaction, event) -> {
                        if (broken.get()) {
                            throw new IllegalStateException("out of order");
                        }
                        handled.add(event.id());
                    }),
                    meters));
            await().atMost(PATIENCE).until(() -> consumer.problem().isEmpty());
        }

        void publish(String id) {
            var event = new CloudEvent(id, "urn:perilune:other", type, Instant.EPOCH, null, null, Map.of());
            postgres.jdbi().useTransaction(transaction -> Outbox.append(transaction, event));
            relay.wake();
        }

        @Override
        public void close() {
            owned.close();
        }
    }

    @Test
    void whatAServiceCannotHandleIsShownAndSentAgain() throws Exception {
        try (var other = new OtherService()) {
            other.publish("poison-" + type);
            await().atMost(PATIENCE).until(() -> events().size() == 1);
            await().atMost(PATIENCE).until(() -> deadLetters("poison-" + type).size() == 1);
            JsonNode letter = deadLetters("poison-" + type).getFirst();
            assertThat(letter.path("queue").asText()).isEqualTo("other.events");
            assertThat(letter.path("reason").asText()).contains("out of order");
            assertThat(letter.path("tries").asInt()).isEqualTo(5);
            String redrive = "/dead-letters/" + letter.path("id").asText() + "/redrive";

            assertThat(post(redrive, "").statusCode()).isEqualTo(202);
            assertThat(post(redrive, "").statusCode()).isEqualTo(409);
            await().atMost(PATIENCE).until(() -> deadLetters("poison-" + type).size() == 1);
            JsonNode again = deadLetters("poison-" + type).getFirst();
            assertThat(again.path("id")).isNotEqualTo(letter.path("id"));

            other.broken.set(false);
            assertThat(post("/dead-letters/" + again.path("id").asText() + "/redrive", "")
                            .statusCode())
                    .isEqualTo(202);
            await().atMost(PATIENCE).until(() -> other.handled.equals(List.of("poison-" + type)));
            assertThat(deadLetters("poison-" + type)).isEmpty();
            assertThat(events()).hasSize(1);
        }
        assertThat(post("/dead-letters/" + UUID.randomUUID() + "/redrive", "").statusCode())
                .isEqualTo(404);
        assertThat(post("/dead-letters/nonsense/redrive", "").statusCode()).isEqualTo(404);
    }
}
