package org.perilune.posts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.perilune.chassis.json.Json;
import org.perilune.chassis.messaging.CloudEvent;
import org.perilune.chassis.runtime.Service;
import org.perilune.contracts.FlightLog;
import org.perilune.testkit.Caller;

/** What was accepted is there with its event, whatever stopped meanwhile. */
@Timeout(180)
class PostsFaultsTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    @TempDir
    static Path home;

    private static PostsFixture fixture;
    private static Caller alice;

    @BeforeAll
    static void start() throws Exception {
        fixture = new PostsFixture(home);
        alice = fixture.caller(fixture.first, "alice", "operator");
    }

    @AfterAll
    static void stop() {
        fixture.close();
    }

    private static String id(HttpResponse<String> answer) throws IOException {
        return Json.mapper().readTree(answer.body()).path("id").asText();
    }

    private static long created(String id) {
        return fixture.events.ofType(FlightLog.POST_CREATED).stream()
                .map(CloudEvent::subject)
                .filter(id::equals)
                .count();
    }

    @Test
    void referencesAreTakenUncheckedWhileNobodyCanTell() throws Exception {
        String references = "\"references\":[{\"kind\":\"command\",\"id\":\"%s\"}]".formatted(UUID.randomUUID());
        assertThat(alice.send("POST", "/references/check", "{" + references + "}")
                        .statusCode())
                .isEqualTo(422);
        fixture.othersAway = true;
        try {
            HttpResponse<String> unchecked = alice.send("POST", "/references/check", "{" + references + "}");
            assertThat(unchecked.body()).isEqualTo("{\"checked\":false}");
            assertThat(alice.send("POST", "/posts", "{\"text\":\"a\"," + references + "}")
                            .statusCode())
                    .isEqualTo(201);
        } finally {
            fixture.othersAway = false;
        }
        HttpResponse<String> known = alice.send(
                "POST",
                "/references/check",
                "{\"references\":[{\"kind\":\"command\",\"id\":\"" + PostsFixture.COMMAND + "\"}]}");
        assertThat(known.body()).isEqualTo("{\"checked\":true}");
    }

    @Test
    void entriesAreTakenWhileTheBrokerIsAway() throws Exception {
        fixture.broker.shut();
        HttpResponse<String> answer = alice.send("POST", "/posts", "{\"text\":\"a\"}");
        assertThat(answer.statusCode()).isEqualTo(201);
        assertThat(created(id(answer))).isZero();
        fixture.broker.open();
        await().atMost(TIMEOUT).until(() -> created(id(answer)) == 1);
    }

    @Test
    void withoutItsDatabaseItSaysSoAndRecovers() throws Exception {
        fixture.database.shut();
        HttpResponse<String> refused = alice.send("POST", "/posts", "{\"text\":\"a\"}");
        assertThat(refused.statusCode()).as(refused.body()).isEqualTo(503);
        assertThat(refused.body()).contains("database is away");
        assertThat(alice.send("GET", "/posts", "").statusCode()).isEqualTo(503);
        fixture.database.open();
        await().atMost(TIMEOUT)
                .until(() -> alice.send("POST", "/posts", "{\"text\":\"a\"}").statusCode() == 201);
    }

    /** The connection ends within COMMIT: PostgreSQL did not store it here, but whoever asked cannot know. */
    @Test
    void aCommitOfUnknownOutcomeIsToldApart() throws Exception {
        var sql = fixture.sql();
        sql.useHandle(handle -> handle.execute("""
                create function hang_up() returns trigger language plpgsql as $$
                begin
                    perform pg_terminate_backend(pg_backend_pid());
                    return null;
                end $$;
                create constraint trigger hang_up after insert on post deferrable initially deferred
                    for each row when (new.text = 'lost') execute function hang_up();
                """));
        String key = UUID.randomUUID().toString();
        HttpResponse<String> answer = alice.send("POST", "/posts", "{\"text\":\"lost\"}", "Idempotency-Key", key);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(504);
        assertThat(answer.body()).contains("/posts/", "Idempotency-Key");
        sql.useHandle(handle -> handle.execute("drop trigger hang_up on post"));
        HttpResponse<String> again = alice.send("POST", "/posts", "{\"text\":\"lost\"}", "Idempotency-Key", key);
        assertThat(again.statusCode()).isEqualTo(201);
        await().atMost(TIMEOUT).until(() -> created(id(again)) == 1);
    }

    @Test
    void nothingAcceptedIsLostWhenACopyStops() throws Exception {
        Service third = fixture.start();
        Caller there = fixture.caller(third, "alice", "operator");
        Set<String> accepted = ConcurrentHashMap.newKeySet();
        var stopped = new AtomicBoolean();
        try (var sending = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Caller caller : List.of(alice, there)) {
                for (int writer = 0; writer < 4; writer++) {
                    sending.execute(() -> write(caller, accepted, stopped));
                }
            }
            await().atMost(TIMEOUT).until(() -> accepted.size() > 60);
            third.close();
            int sofar = accepted.size();
            await().atMost(TIMEOUT).until(() -> accepted.size() > sofar + 30);
            stopped.set(true);
        }
        await().atMost(TIMEOUT).until(() -> accepted.stream().allMatch(id -> created(id) == 1));
        Set<String> stored = fixture.sql()
                .withHandle(handle -> handle.createQuery("select id from post")
                        .mapTo(String.class)
                        .collect(Collectors.toSet()));
        assertThat(stored).containsAll(accepted);
        // No change without its event, no event without its change.
        await().atMost(TIMEOUT).until(() -> heard().equals(stored));
    }

    private static Set<String> heard() {
        return fixture.events.ofType(FlightLog.POST_CREATED).stream()
                .map(event -> String.valueOf(event.subject()))
                .collect(Collectors.toSet());
    }

    private static void write(Caller caller, Set<String> accepted, AtomicBoolean stopped) {
        while (!stopped.get()) {
            try {
                HttpResponse<String> answer = caller.send("POST", "/posts", "{\"text\":\"under load\"}");
                if (answer.statusCode() == 201) {
                    JsonNode post = Json.mapper().readTree(answer.body());
                    accepted.add(post.path("id").asText());
                }
            } catch (IOException copyStopped) {
                return;
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}
