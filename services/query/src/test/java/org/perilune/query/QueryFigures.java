package org.perilune.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.perilune.query.QueryFixture.comment;
import static org.perilune.query.QueryFixture.created;
import static org.perilune.query.QueryFixture.post;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.perilune.chassis.messaging.CloudEvent;
import org.perilune.contracts.FlightLog.Status;
import org.perilune.testkit.Caller;
import org.perilune.testkit.StandInCrew;

/**
 * Prints how fast the model is built anew and read. Not run with the tests; on a quiet machine:
 * {@code ./mvnw -pl services/query test -Dtest=QueryFigures -Dfigures.posts=100000}.
 */
class QueryFigures {
    private static final int POSTS = Integer.getInteger("figures.posts", 10_000);
    private static final int COMMENTS = 10;
    private static final int READERS = 16;
    private static final Duration READING = Duration.ofSeconds(10);

    @TempDir
    static Path home;

    @Test
    void rebuildsAndReads() throws Exception {
        try (var fixture = new QueryFixture(home)) {
            fixture.crew().serve("/events", QueryFigures::replay);
            fixture.crew()
                    .serve(
                            "/queues",
                            exchange -> StandInCrew.answer(exchange, 200, "{\"log_position\":" + events() + "}"));
            Caller caller = fixture.caller(fixture.start(), "administrator");
            await().until(() -> caller.send("GET", "/posts", "").statusCode() == 200);
            long began = System.nanoTime();
            assertThat(caller.send("POST", "/rebuild", "").statusCode()).isEqualTo(202);
            JsonNode rebuild = await().atMost(Duration.ofMinutes(20))
                    .pollInterval(Duration.ofMillis(200))
                    .until(
                            () -> caller.get("/rebuild"),
                            now -> !now.path("state").asText().equals("running"));
            double seconds = (System.nanoTime() - began) / 1e9;
            System.out.printf("rebuild: %s; %.1f s, %.0f events/s%n", rebuild, seconds, events() / seconds);
            read(caller, "/posts");
            read(caller, "/posts");
        }
    }

    private static int events() {
        return POSTS * (1 + COMMENTS);
    }

    private static void read(Caller caller, String path) throws Exception {
        HttpRequest request = caller.request(path).build();
        int bytes = caller.http().send(request, BodyHandlers.ofByteArray()).body().length;
        long end = System.nanoTime() + READING.toNanos();
        Callable<List<Long>> reader = () -> {
            var took = new ArrayList<Long>();
            for (long began = System.nanoTime(); began < end; began = System.nanoTime()) {
                assertThat(caller.http()
                                .send(request, BodyHandlers.discarding())
                                .statusCode())
                        .isEqualTo(200);
                took.add(System.nanoTime() - began);
            }
            return took;
        };
        var all = new ArrayList<Long>();
        try (var readers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<List<Long>> each : readers.invokeAll(
                    Stream.generate(() -> reader).limit(READERS).toList())) {
                all.addAll(each.get());
            }
        }
        all.sort(Long::compare);
        System.out.printf(
                "GET %s (%d bytes): %.0f/s, p50 %.1f ms, p99 %.1f ms%n",
                path,
                bytes,
                all.size() / (double) READING.toSeconds(),
                all.get(all.size() / 2) / 1e6,
                all.get(all.size() * 99 / 100) / 1e6);
    }

    private static void replay(HttpExchange exchange) throws IOException {
        String query = exchange.getRequestURI().getQuery();
        int after = Integer.parseInt(query.replaceAll(".*after=(\\d+).*", "$1"));
        int limit = Integer.parseInt(query.replaceAll(".*limit=(\\d+).*", "$1"));
        int end = Math.min(events(), after + limit);
        var json = new StringBuilder("{\"events\":[");
        for (int i = after; i < end; i++) {
            json.append(i == after ? "" : ",")
                    .append("{\"position\":")
                    .append(i + 1)
                    .append(",\"event\":");
            json.append(new String(event(i).bytes(), StandardCharsets.UTF_8)).append('}');
        }
        StandInCrew.answer(
                exchange,
                200,
                json.append("],\"next\":").append(end).append('}').toString());
    }

    private static CloudEvent event(int number) {
        int post = number / (1 + COMMENTS);
        String text = "The burn of segment " + number + " went as planned. ".repeat(4);
        if (number % (1 + COMMENTS) == 0) {
            return created(post(id(post, 0), 1, "author-" + post % 7, text, "rover-" + post % 5));
        }
        return created(comment(id(post, number), id(post, 0), 1, Status.APPROVED, text));
    }

    private static UUID id(int post, int number) {
        long millis = 1_700_000_000_000L + post;
        return new UUID((millis << 16) | 0x7000, 0x8000_0000_0000_0000L | number);
    }
}
