package org.perilune.eventbus.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.perilune.eventbus.WithBus;
import org.perilune.testkit.Caller;
import org.perilune.testkit.TestBroker;

class EventLogTest extends WithBus {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    /** Without it the broker is told to nobody. */
    EventLogTest(TestBroker broker) {}

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
        for (String query : List.of("after=-1", "after=x", "type=Post.*", "limit=0", "limit=5001", "tipe=a")) {
            HttpResponse<String> answer = fixture.operator().send("GET", "/events?" + query, "");
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
        try (var second = fixture.start();
                var other = fixture.as("operator", second);
                var posting = Executors.newVirtualThreadPerTaskExecutor()) {
            long after = get("/events?limit=1000&after=0").path("next").asLong();
            for (int i = 0; i < wanted; i++) {
                int n = i;
                posted.add(posting.submit(() -> (n % 2 == 0 ? fixture.operator() : other)
                        .send("POST", "/events", "{\"type\":\"%s\",\"data\":{\"n\":%d}}".formatted(type, n))
                        .statusCode()));
            }
            long end = System.nanoTime() + TIMEOUT.toNanos();
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
        Caller stranger = fixture.as("viewer", fixture.bus());
        var answer = stranger.http()
                .send(
                        stranger.request("/stream?type=" + type + "&after=" + (first - 1))
                                .build(),
                        BodyHandlers.ofLines());
        try (var reading = Executors.newVirtualThreadPerTaskExecutor();
                var stream = answer.body()) {
            Future<?> reader = reading.submit(() -> stream.forEach(lines::add));
            await().atMost(TIMEOUT).until(() -> lines.contains("id: " + first));
            post("/events", "{\"type\":\"%s\",\"data\":{\"n\":1}}".formatted(type));
            await().atMost(TIMEOUT)
                    .until(() -> lines.stream().anyMatch(line -> line.startsWith("data:") && line.contains("\"n\":1")));
            assertThat(lines).contains("event: " + type);
            assertThat(reader.isDone()).isFalse();
            stranger.http().shutdownNow();
        }
    }

    @Test
    void whileTheBrokerIsAwayEventsAreTakenAndQueuesUnknown() throws Exception {
        try (var alone = fixture.start(Map.of("event-bus.amqp.port", "1"));
                var operator = fixture.as("operator", alone)) {
            String event = "{\"type\":\"%s\"}".formatted(type);
            assertThat(operator.send("POST", "/events", event).statusCode()).isEqualTo(201);
            assertThat(events()).hasSize(1);
            JsonNode queues = operator.get("/queues");
            assertThat(queues.path("problem").asText()).contains("is away").contains("outboxes");
            assertThat(queues.path("queues"))
                    .isNotEmpty()
                    .allMatch(queue -> queue.path("waiting").isNull());
            assertThat(queues.path("log_position").asLong()).isPositive();
        }
    }
}
