package org.perilune.eventbus.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.perilune.eventbus.BusFixture;
import org.perilune.eventbus.Subscriber;

class SubscriptionTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final int TRIES = 4;

    @TempDir
    static Path home;

    private static BusFixture fixture;

    /** Each test has a type and a subscriber of its own. */
    private final String type = "T" + UUID.randomUUID().toString().replace("-", "");

    private Subscriber subscriber;

    @BeforeAll
    static void start() throws Exception {
        fixture = new BusFixture(
                home, Map.of("allowed-hosts", "localhost", "first-retry", "50ms", "tries", Integer.toString(TRIES)));
    }

    @AfterAll
    static void stop() {
        fixture.close();
    }

    @BeforeEach
    void open() throws Exception {
        subscriber = new Subscriber();
    }

    @AfterEach
    void close() throws Exception {
        subscriber.close();
        for (JsonNode left : fixture.operator().get("/subscriptions").path("subscriptions")) {
            fixture.administrator()
                    .send("DELETE", "/subscriptions/" + left.path("id").asText(), "");
        }
    }

    private void publish(int from, int to) throws Exception {
        for (int number = from; number < to; number++) {
            fixture.publish(type, number);
        }
    }

    private void awaitTaken(Integer... numbers) {
        await().atMost(TIMEOUT)
                .untilAsserted(() -> assertThat(subscriber.taken()).containsExactly(numbers));
    }

    @Test
    void whatIsPublishedIsDeliveredInOrderAndSigned() throws Exception {
        publish(0, 1); // before it subscribes: not for it
        JsonNode made = fixture.subscribe(subscriber.url("/hook?key=1"), type);
        publish(1, 4);
        fixture.publish(type + "Other", 99);
        publish(4, 6);
        awaitTaken(1, 2, 3, 4, 5);
        Subscriber.Received first = subscriber.received().getFirst();
        assertThat(first.path()).isEqualTo("/hook?key=1");
        assertThat(first.contentType()).startsWith("application/cloudevents+json");
        assertThat(first.json().path("type").asText()).isEqualTo(type);
        assertThat(first.signature()).matches("t=[0-9]{10},v1=[0-9a-f]{64}");
        String time = first.signature().substring(2, 12);
        var mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(made.path("secret").asText().getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
        mac.update((time + ".").getBytes(StandardCharsets.UTF_8));
        assertThat(first.signature()).endsWith("v1=" + HexFormat.of().formatHex(mac.doFinal(first.body())));
        await().atMost(TIMEOUT)
                .untilAsserted(() -> assertThat(
                                fixture.subscription(made).path("delivered").asInt())
                        .isEqualTo(5));
        JsonNode shown = fixture.subscription(made);
        assertThat(shown.path("state").asText()).isEqualTo("active");
        assertThat(shown.path("waiting").asInt()).isZero();
        assertThat(shown.has("secret")).isFalse();
    }

    @Test
    void whatFailsIsTriedAgainInOrderWithTheSameName() throws Exception {
        var requests = new AtomicInteger();
        subscriber.mood(exchange -> requests.incrementAndGet() < TRIES ? 500 : 204);
        fixture.subscribe(subscriber.url("/"), type);
        publish(0, 3);
        awaitTaken(0, 1, 2);
        List<Subscriber.Received> all = subscriber.received();
        assertThat(all.stream().map(Subscriber.Received::number)).containsExactly(0, 0, 0, 0, 1, 2);
        assertThat(all.stream().map(Subscriber.Received::delivery).distinct()).hasSize(3);
    }

    @Test
    void whatFailsTooOftenIsADeadLetterThatCanBeSentAgain() throws Exception {
        subscriber.mood(exchange -> 503);
        JsonNode made = fixture.subscribe(subscriber.url("/"), type);
        publish(0, 1);
        await().atMost(TIMEOUT).until(() -> fixture.deadLetters(type).size() == 1);
        JsonNode first = fixture.deadLetters(type).getFirst();
        assertThat(fixture.redrive(first).statusCode()).isEqualTo(202);
        await().atMost(TIMEOUT).until(() -> fixture.deadLetters(type).size() == 1);
        JsonNode letter = fixture.deadLetters(type).getFirst();
        assertThat(letter.path("id")).isNotEqualTo(first.path("id"));
        assertThat(letter.path("queue").asText())
                .isEqualTo("subscription:" + made.path("id").asText());
        assertThat(letter.path("tries").asInt()).isEqualTo(TRIES);
        assertThat(letter.path("reason").asText()).contains("503");
        assertThat(fixture.subscription(made).path("state").asText()).isEqualTo("failing");

        subscriber.mood(exchange -> 204);
        publish(1, 2);
        awaitTaken(1);
        assertThat(fixture.redrive(letter).statusCode()).isEqualTo(202);
        assertThat(fixture.redrive(letter).statusCode()).isEqualTo(409);
        awaitTaken(1, 0);
        var names = new HashSet<String>();
        subscriber.received().stream()
                .filter(request -> request.number() == 0)
                .forEach(request -> names.add(request.delivery()));
        assertThat(names).hasSize(1);
        assertThat(fixture.deadLetters(type)).isEmpty();
    }

    @Test
    void nothingIsSentAgainToWhoHasGone() throws Exception {
        subscriber.mood(exchange -> 500);
        JsonNode made = fixture.subscribe(subscriber.url("/"), type);
        publish(0, 1);
        await().atMost(TIMEOUT).until(() -> fixture.deadLetters(type).size() == 1);
        String path = "/subscriptions/" + made.path("id").asText();
        assertThat(fixture.administrator().send("DELETE", path, "").statusCode())
                .isEqualTo(204);
        HttpResponse<String> answer = fixture.redrive(fixture.deadLetters(type).getFirst());
        assertThat(answer.statusCode()).isEqualTo(409);
        assertThat(answer.body()).contains("has ended");
        assertThat(fixture.deadLetters(type)).hasSize(1);
    }

    @Test
    void oneThatHangsHoldsUpNobody() throws Exception {
        try (var hanging = new Subscriber()) {
            hanging.mood(hanging::hang);
            JsonNode stuck = fixture.subscribe(hanging.url("/"), type);
            fixture.subscribe(subscriber.url("/"), type);
            publish(0, 3);
            awaitTaken(0, 1, 2);
            // The first attempt at the hanging one is still under way: nobody waited for its end.
            assertThat(fixture.subscription(stuck).path("last_error").asText(""))
                    .isEmpty();
            await().atMost(TIMEOUT)
                    .untilAsserted(() -> assertThat(fixture.subscription(stuck)
                                    .path("last_error")
                                    .asText())
                            .contains("did not answer within 10 s"));
            assertThat(fixture.subscription(stuck).path("waiting").asInt()).isEqualTo(3);
        }
    }

    @Test
    void goneEndsTheSubscription() throws Exception {
        subscriber.mood(exchange -> 410);
        JsonNode made = fixture.subscribe(subscriber.url("/"), type);
        publish(0, 1);
        await().atMost(TIMEOUT).until(() -> fixture.subscription(made).isMissingNode());
        assertThat(fixture.deadLetters(type)).isEmpty();
    }

    @Test
    void redirectsAreNotFollowed() throws Exception {
        try (var inside = new Subscriber()) {
            subscriber.mood(exchange -> {
                exchange.getResponseHeaders().add("Location", "http://127.0.0.1:" + inside.port() + "/");
                return 307;
            });
            fixture.subscribe(subscriber.url("/"), type);
            publish(0, 1);
            await().atMost(TIMEOUT).until(() -> fixture.deadLetters(type).size() == 1);
            assertThat(fixture.deadLetters(type).getFirst().path("reason").asText())
                    .contains("307");
            assertThat(inside.received()).isEmpty();
        }
    }

    @Test
    void endlessAnswersAreCutOff() throws Exception {
        subscriber.mood(exchange -> {
            exchange.sendResponseHeaders(200, 0);
            byte[] block = new byte[8192];
            for (int i = 0; i < 100_000; i++) {
                exchange.getResponseBody().write(block);
            }
            return -1;
        });
        fixture.subscribe(subscriber.url("/"), type);
        publish(0, 1);
        await().atMost(TIMEOUT).until(() -> fixture.deadLetters(type).size() == 1);
    }

    @Test
    void anotherCopyGoesOnWhereOneStops() throws Exception {
        int wanted = 20;
        try (var second = fixture.start();
                var administrator = fixture.as("administrator", second)) {
            fixture.subscribe(administrator, subscriber.url("/"), type);
            publish(0, wanted / 2);
            await().atMost(TIMEOUT).until(() -> subscriber.taken().size() >= 2);
        }
        publish(wanted / 2, wanted);
        await().atMost(TIMEOUT).until(() -> subscriber.taken().size() >= wanted);
        assertThat(subscriber.taken()).isSorted().doesNotHaveDuplicates();
    }
}
