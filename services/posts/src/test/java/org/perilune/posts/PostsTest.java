package org.perilune.posts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.perilune.contracts.FlightLog.POST_CREATED;
import static org.perilune.contracts.FlightLog.POST_DELETED;
import static org.perilune.contracts.FlightLog.POST_UPDATED;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.perilune.chassis.json.Json;
import org.perilune.chassis.messaging.CloudEvent;
import org.perilune.testkit.Caller;

@Timeout(120)
class PostsTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    @TempDir
    static Path home;

    private static PostsFixture fixture;
    private static Caller alice;
    private static Caller aliceElsewhere;
    private static Caller bob;
    private static Caller viewer;

    @BeforeAll
    static void start() throws Exception {
        fixture = new PostsFixture(home);
        alice = fixture.caller(fixture.first, "alice", "operator");
        aliceElsewhere = fixture.caller(fixture.second, "alice", "operator");
        bob = fixture.caller(fixture.second, "bob", "flight-director");
        viewer = fixture.caller(fixture.first, "vera", "viewer");
    }

    @AfterAll
    static void stop() {
        fixture.close();
    }

    private static JsonNode body(HttpResponse<String> answer, int status) throws Exception {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        return Json.mapper().readTree(answer.body());
    }

    private static JsonNode posted(String json) throws Exception {
        return body(alice.send("POST", "/posts", json), 201);
    }

    private static List<CloudEvent> eventsOf(String id) {
        return fixture.events.all().stream()
                .filter(event -> Objects.equals(event.subject(), id))
                .toList();
    }

    private static List<CloudEvent> eventsOf(String id, int count) {
        await().atMost(TIMEOUT).until(() -> eventsOf(id).size() >= count);
        return eventsOf(id);
    }

    @Test
    void anEntryIsWrittenEditedAndDeletedAndEachChangeIsOneEvent() throws Exception {
        HttpResponse<String> answer = alice.send(
                "POST",
                "/posts",
                """
                {"text":"Gimbal **lock**\\r\\nno more","title":"G","at":"2026-11-21T01:02:03Z","references":[
                {"kind":"telemetry","device":"lunar-module","parameter":"speed","from":"2026-11-21T01:00:00Z",
                "to":"2026-11-21T02:00:00Z"},{"kind":"command","id":"%s"},{"kind":"alarm","id":"a-1"}]}
                """.formatted(PostsFixture.COMMAND),
                "traceparent",
                "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        JsonNode post = body(answer, 201);
        String id = post.path("id").asText();
        assertThat(answer.headers().firstValue("Location")).hasValue("/posts/" + id);
        assertThat(post.path("author").asText()).isEqualTo("alice");
        assertThat(post.path("text").asText()).isEqualTo("Gimbal **lock**\nno more");
        assertThat(post.path("references")).hasSize(3);
        assertThat(post.path("references").get(1)).hasSize(2);
        assertThat(viewer.get("/posts/" + id)).isEqualTo(post);

        JsonNode edited = body(
                aliceElsewhere.send(
                        "PATCH",
                        "/posts/" + id,
                        "{\"revision\":1,\"text\":\"x\",\"at\":null,\"references\":" + post.path("references") + "}"),
                200);
        assertThat(edited.path("revision").asLong()).isEqualTo(2);
        assertThat(edited.path("title").asText()).isEqualTo("G");
        assertThat(edited.path("at").isNull()).isTrue();
        assertThat(edited.path("references")).isEqualTo(post.path("references"));
        JsonNode same = body(alice.send("PATCH", "/posts/" + id, "{\"revision\":2,\"text\":\"x\"}"), 200);
        assertThat(same).isEqualTo(edited);

        assertThat(alice.send("DELETE", "/posts/" + id, "").statusCode()).isEqualTo(204);
        assertThat(alice.send("DELETE", "/posts/" + id, "").statusCode()).isEqualTo(204);
        assertThat(body(viewer.send("GET", "/posts/" + id, ""), 410)
                        .path("type")
                        .asText())
                .endsWith(":gone");
        assertThat(alice.send("PATCH", "/posts/" + id, "{\"revision\":3,\"text\":\"y\"}")
                        .statusCode())
                .isEqualTo(410);

        JsonNode history = viewer.get("/posts/" + id + "/history").path("history");
        assertThat(history.findValuesAsText("action")).containsExactly("created", "edited", "deleted");
        assertThat(history.findValuesAsText("revision")).containsExactly("1", "2", "3");
        assertThat(history.get(0).path("text").asText()).startsWith("Gimbal");

        List<CloudEvent> events = eventsOf(id, 3);
        assertThat(events).extracting(CloudEvent::type).containsExactly(POST_CREATED, POST_UPDATED, POST_DELETED);
        assertThat(events).extracting(CloudEvent::source).containsOnly("urn:perilune:posts");
        assertThat(events.get(0).data()).isEqualTo(post);
        assertThat(events.get(1).data()).isEqualTo(edited);
        JsonNode deleted = Objects.requireNonNull(events.get(2).data());
        assertThat(deleted.path("revision").asLong()).isEqualTo(3);
        assertThat(deleted.path("by").asText()).isEqualTo("alice");
        assertThat(events.get(0).extensions().get("traceparent")).contains("0af7651916cd43dd8448eb211c80319c");
    }

    @Test
    void ofEqualRequestsAtTwoCopiesOneMakesTheEntry() throws Exception {
        String key = UUID.randomUUID().toString();
        var answers = new ArrayList<Future<HttpResponse<String>>>();
        try (var sending = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 20; i++) {
                Caller caller = i % 2 == 0 ? alice : aliceElsewhere;
                answers.add(sending.submit(
                        () -> caller.send("POST", "/posts", "{\"text\":\"once\"}", "Idempotency-Key", key)));
            }
        }
        var ids = new java.util.HashSet<String>();
        int created = 0;
        for (Future<HttpResponse<String>> answer : answers) {
            created += answer.get().statusCode() == 201 ? 1 : 0;
            ids.add(Json.mapper().readTree(answer.get().body()).path("id").asText());
        }
        assertThat(created).isOne();
        assertThat(ids).hasSize(1);
        assertThat(alice.send("POST", "/posts", "{\"text\":\"other\"}", "Idempotency-Key", key)
                        .statusCode())
                .isEqualTo(409);
        // Somebody else's key is another.
        assertThat(bob.send("POST", "/posts", "{\"text\":\"other\"}", "Idempotency-Key", key)
                        .statusCode())
                .isEqualTo(201);
        String id = ids.iterator().next();
        assertThat(alice.send("DELETE", "/posts/" + id, "").statusCode()).isEqualTo(204);
        assertThat(eventsOf(id, 2)).hasSize(2);
        assertThat(alice.send("POST", "/posts", "{\"text\":\"once\"}", "Idempotency-Key", key)
                        .statusCode())
                .isEqualTo(410);
    }

    @Test
    void ofEditsOfOneRevisionOneCounts() throws Exception {
        String id = posted("{\"text\":\"0\"}").path("id").asText();
        var answers = new ArrayList<Future<HttpResponse<String>>>();
        try (var sending = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 1; i <= 10; i++) {
                Caller caller = i % 2 == 0 ? alice : aliceElsewhere;
                String change = "{\"revision\":1,\"text\":\"" + i + "\"}";
                answers.add(sending.submit(() -> caller.send("PATCH", "/posts/" + id, change)));
            }
        }
        var statuses = new ArrayList<Integer>();
        for (Future<HttpResponse<String>> answer : answers) {
            statuses.add(answer.get().statusCode());
        }
        assertThat(statuses).containsOnly(200, 409).containsOnlyOnce(200);
        assertThat(viewer.get("/posts/" + id).path("revision").asLong()).isEqualTo(2);
        assertThat(eventsOf(id, 2)).hasSize(2);
    }

    @Test
    void nobodyChangesAnothersEntry() throws Exception {
        String id = posted("{\"text\":\"mine\"}").path("id").asText();
        assertThat(bob.send("PATCH", "/posts/" + id, "{\"revision\":1,\"text\":\"his\"}")
                        .statusCode())
                .isEqualTo(403);
        assertThat(body(bob.send("DELETE", "/posts/" + id, ""), 403)
                        .path("detail")
                        .asText())
                .contains("alice");
        assertThat(viewer.send("POST", "/posts", "{\"text\":\"a\"}").statusCode())
                .isEqualTo(403);
        String nobodys = "/posts/" + UUID.randomUUID();
        assertThat(viewer.send("GET", nobodys, "").statusCode()).isEqualTo(404);
        assertThat(viewer.send("GET", nobodys + "/history", "").statusCode()).isEqualTo(404);
        assertThat(viewer.send("GET", "/posts/1", "").statusCode()).isEqualTo(404);
        assertThat(alice.send("DELETE", nobodys, "").statusCode()).isEqualTo(404);
        assertThat(alice.send("PATCH", nobodys, "{\"revision\":1,\"text\":\"a\"}")
                        .statusCode())
                .isEqualTo(404);
    }

    @Test
    void pagesShowEveryEntryOnceNewestFirst() throws Exception {
        String author = "w" + UUID.randomUUID().toString().substring(0, 8);
        Caller writer = fixture.caller(fixture.second, author, "operator");
        var written = new ArrayList<String>();
        for (int i = 0; i < 7; i++) {
            written.addFirst(body(writer.send("POST", "/posts", "{\"text\":\"" + i + "\"}"), 201)
                    .path("id")
                    .asText());
        }
        assertThat(writer.send("DELETE", "/posts/" + written.remove(3), "").statusCode())
                .isEqualTo(204);
        var seen = new ArrayList<String>();
        String next = "/posts?limit=2&author=" + author;
        String cursor = "";
        while (cursor != null) {
            JsonNode page = viewer.get(next + (cursor.isEmpty() ? "" : "&cursor=" + cursor));
            seen.addAll(page.path("posts").findValuesAsText("id"));
            cursor = page.path("next").isNull() ? null : page.path("next").asText();
            if (cursor != null) {
                assertThat(viewer.send("GET", "/posts?author=bob&cursor=" + cursor, "")
                                .statusCode())
                        .isEqualTo(400);
            }
        }
        assertThat(seen).hasSameSizeAs(written).containsExactlyInAnyOrderElementsOf(written);
        assertThat(seen)
                .isSortedAccordingTo(java.util.Comparator.<String>naturalOrder().reversed());
    }

    @Test
    void historyCannotBeRewritten() throws Exception {
        String id = posted("{\"text\":\"for good\"}").path("id").asText();
        var sql = fixture.sql();
        for (String forgery : List.of(
                "update post_history set text = 'other' where post_id = ?::uuid",
                "delete from post_history where post_id = ?::uuid",
                "delete from post where id = ?::uuid",
                "update post set revision = 7 where id = ?::uuid")) {
            assertThatThrownBy(() -> sql.useHandle(handle -> handle.execute(forgery, id)))
                    .as(forgery)
                    .hasMessageContaining("ERROR");
        }
    }
}
