package org.perilune.eventbus.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.perilune.chassis.messaging.Amqp;
import org.perilune.chassis.messaging.AmqpConfig;
import org.perilune.chassis.messaging.CloudEvent;
import org.perilune.chassis.messaging.EventConsumer;
import org.perilune.chassis.messaging.Inbox;
import org.perilune.chassis.messaging.Outbox;
import org.perilune.chassis.messaging.OutboxRelay;
import org.perilune.chassis.postgres.Postgres;
import org.perilune.chassis.postgres.PostgresConfig;
import org.perilune.chassis.runtime.Resources;
import org.perilune.contracts.Topology.Service;
import org.perilune.eventbus.WithBus;
import org.perilune.testkit.TestBroker;

class DeadLetterTest extends WithBus {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    /** Without it the broker is told to nobody. */
    DeadLetterTest(TestBroker broker) {}

    /** A service with a store of its own, that publishes, and handles what is published. */
    private final class OtherService implements AutoCloseable {
        private final Resources owned = new Resources();
        private final AtomicBoolean broken = new AtomicBoolean(true);
        private final List<String> handled = new CopyOnWriteArrayList<>();
        private final Postgres postgres;
        private final OutboxRelay relay;

        OtherService() throws InterruptedException {
            var settings = fixture.settings();
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
            await().atMost(TIMEOUT).until(() -> consumer.problem().isEmpty());
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
            await().atMost(TIMEOUT).until(() -> events().size() == 1);
            await().atMost(TIMEOUT)
                    .until(() -> fixture.deadLetters("poison-" + type).size() == 1);
            JsonNode letter = fixture.deadLetters("poison-" + type).getFirst();
            assertThat(letter.path("queue").asText()).isEqualTo("other.events");
            assertThat(letter.path("reason").asText()).contains("out of order");
            assertThat(letter.path("tries").asInt()).isEqualTo(5);
            String redrive = "/dead-letters/" + letter.path("id").asText() + "/redrive";

            assertThat(post(redrive, "").statusCode()).isEqualTo(202);
            assertThat(post(redrive, "").statusCode()).isEqualTo(409);
            await().atMost(TIMEOUT)
                    .until(() -> fixture.deadLetters("poison-" + type).size() == 1);
            JsonNode again = fixture.deadLetters("poison-" + type).getFirst();
            assertThat(again.path("id")).isNotEqualTo(letter.path("id"));

            other.broken.set(false);
            assertThat(post("/dead-letters/" + again.path("id").asText() + "/redrive", "")
                            .statusCode())
                    .isEqualTo(202);
            await().atMost(TIMEOUT).until(() -> other.handled.equals(List.of("poison-" + type)));
            assertThat(fixture.deadLetters("poison-" + type)).isEmpty();
            assertThat(events()).hasSize(1);
        }
        assertThat(post("/dead-letters/" + UUID.randomUUID() + "/redrive", "").statusCode())
                .isEqualTo(404);
        assertThat(post("/dead-letters/nonsense/redrive", "").statusCode()).isEqualTo(404);
    }

    @Test
    void whatIsDismissedIsKeptAndNotSentAgainWithOthers() throws Exception {
        try (var other = new OtherService()) {
            other.publish("dismissed-" + type);
            await().atMost(TIMEOUT)
                    .until(() -> fixture.deadLetters("dismissed-" + type).size() == 1);
            String letter = "/dead-letters/"
                    + fixture.deadLetters("dismissed-" + type)
                            .getFirst()
                            .path("id")
                            .asText();
            assertThat(post(letter + "/dismiss", "").statusCode()).isEqualTo(200);
            assertThat(fixture.deadLetters("dismissed-" + type)).isEmpty();
            assertThat(post(letter + "/dismiss", "").statusCode()).isEqualTo(409);
            JsonNode all = get("/dead-letters?state=all&queue=other.events").path("dead_letters");
            assertThat(all.findValuesAsText("dismissed_by")).contains("alice");

            other.broken.set(false);
            assertThat(post("/dead-letters/redrive", "{\"queue\":\"other.events\"}")
                            .body())
                    .contains("\"redriven\":0");
            assertThat(post(letter + "/redrive", "").statusCode()).isEqualTo(202);
            await().atMost(TIMEOUT).until(() -> other.handled.equals(List.of("dismissed-" + type)));
            assertThat(post(letter + "/dismiss", "").statusCode()).isEqualTo(409);
        }
        assertThat(post("/dead-letters/" + UUID.randomUUID() + "/dismiss", "").statusCode())
                .isEqualTo(404);
    }

    @Test
    void allOfAQueueAreSentAgainAndPaged() throws Exception {
        try (var other = new OtherService()) {
            for (int i = 0; i < 5; i++) {
                other.publish(type + "-" + i);
            }
            await().atMost(TIMEOUT).until(() -> fixture.deadLetters(type).size() == 5);
            var seen = new TreeSet<String>();
            String path = "/dead-letters?queue=other.events&limit=2";
            JsonNode page = get(path);
            while (!page.path("next").isNull()) {
                page.path("dead_letters")
                        .forEach(letter -> seen.add(letter.path("message_id").asText()));
                page = get(path + "&cursor=" + page.path("next").asText());
            }
            page.path("dead_letters")
                    .forEach(letter -> seen.add(letter.path("message_id").asText()));
            assertThat(seen).hasSize(5);
            assertThat(get("/dead-letters?queue=nobody.events").path("dead_letters"))
                    .isEmpty();
            assertThat(fixture.operator()
                            .send("GET", "/dead-letters?limit=2&cursor=AAAA", "")
                            .statusCode())
                    .isEqualTo(400);

            other.broken.set(false);
            HttpResponse<String> answer = post("/dead-letters/redrive", "{\"queue\":\"other.events\"}");
            assertThat(answer.statusCode()).isEqualTo(202);
            assertThat(answer.body()).contains("\"redriven\":5");
            await().atMost(TIMEOUT).until(() -> Set.copyOf(other.handled).size() == 5);
            assertThat(fixture.deadLetters(type)).isEmpty();
            JsonNode all = get("/dead-letters?state=all&queue=other.events").path("dead_letters");
            assertThat(all.findValuesAsText("redriven_by")).contains("alice");
        }
        assertThat(post("/dead-letters/redrive", "{}").statusCode()).isEqualTo(422);
    }

    @Test
    void queuesTellWhatWaits() throws Exception {
        await().atMost(TIMEOUT).untilAsserted(() -> {
            JsonNode answer = get("/queues");
            assertThat(answer.path("problem").isNull()).isTrue();
            assertThat(answer.path("queues").findValuesAsText("name"))
                    .contains("event-bus.events", "perilune.dead-letters")
                    .doesNotContain("posts.events");
            for (JsonNode queue : answer.path("queues")) {
                if (!List.of("event-bus.events", "perilune.dead-letters")
                        .contains(queue.path("name").asText())) {
                    continue; // Nobody is there to take from the others.
                }
                assertThat(queue.path("consumers").asInt()).as(queue.toString()).isEqualTo(1);
                assertThat(queue.path("waiting").asInt()).as(queue.toString()).isZero();
            }
        });
        post("/events", "{\"type\":\"%s\"}".formatted(type));
        assertThat(get("/queues").path("log_position").asLong()).isPositive();
    }
}
