package org.perilune.comments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.perilune.contracts.FlightLog.COMMENT_CREATED;
import static org.perilune.contracts.FlightLog.COMMENT_DELETED;
import static org.perilune.contracts.FlightLog.COMMENT_UPDATED;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
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
class CommentsTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    @TempDir
    static Path home;

    private static CommentsFixture fixture;
    private static Caller alice;
    private static Caller aliceElsewhere;
    private static Caller bob;
    private static Caller viewer;

    @BeforeAll
    static void start() throws Exception {
        fixture = new CommentsFixture(home);
        alice = fixture.caller(fixture.first, "alice", "operator");
        aliceElsewhere = fixture.caller(fixture.second, "alice", "operator");
        bob = fixture.caller(fixture.second, "bob", "operator");
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

    /** An entry that comments has heard of. */
    private static String heardPost() {
        String post = fixture.post();
        await().atMost(TIMEOUT)
                .until(() ->
                        viewer.send("GET", "/posts/" + post + "/comments", "").statusCode() == 200);
        return post;
    }

    private static JsonNode commented(String post, String text) throws Exception {
        return body(alice.send("POST", "/posts/" + post + "/comments", "{\"text\":\"" + text + "\"}"), 201);
    }

    private static List<CloudEvent> eventsOf(String id) {
        return fixture.events.all().stream()
                .filter(event ->
                        Objects.equals(event.subject(), id) && event.source().equals("urn:perilune:comments"))
                .toList();
    }

    @Test
    void aCommentIsWrittenEditedAndDeletedAndEachChangeIsOneEvent() throws Exception {
        String post = heardPost();
        HttpResponse<String> answer =
                alice.send("POST", "/posts/" + post + "/comments", "{\"text\":\"<b>why</b>\\r\\n?\"}");
        JsonNode comment = body(answer, 201);
        String id = comment.path("id").asText();
        assertThat(answer.headers().firstValue("Location")).hasValue("/comments/" + id);
        assertThat(comment.path("status").asText()).isEqualTo("pending");
        assertThat(comment.path("text").asText()).isEqualTo("<b>why</b>\n?");
        assertThat(comment.path("post_id").asText()).isEqualTo(post);
        assertThat(alice.get("/comments/" + id)).isEqualTo(comment);

        JsonNode edited =
                body(aliceElsewhere.send("PATCH", "/comments/" + id, "{\"revision\":1,\"text\":\"because\"}"), 200);
        assertThat(edited.path("revision").asLong()).isEqualTo(2);
        assertThat(edited.path("text_revision").asLong()).isEqualTo(2);
        assertThat(body(alice.send("PATCH", "/comments/" + id, "{\"revision\":2,\"text\":\"because\"}"), 200))
                .isEqualTo(edited);
        assertThat(alice.send("PATCH", "/comments/" + id, "{\"revision\":1,\"text\":\"x\"}")
                        .statusCode())
                .isEqualTo(409);
        assertThat(bob.send("PATCH", "/comments/" + id, "{\"revision\":2,\"text\":\"x\"}")
                        .statusCode())
                .isEqualTo(403);
        assertThat(bob.send("DELETE", "/comments/" + id, "").statusCode()).isEqualTo(403);
        assertThat(alice.send("DELETE", "/comments/" + id, "").statusCode()).isEqualTo(204);
        assertThat(alice.send("DELETE", "/comments/" + id, "").statusCode()).isEqualTo(204);
        assertThat(alice.send("GET", "/comments/" + id, "").statusCode()).isEqualTo(410);
        assertThat(alice.send("PATCH", "/comments/" + id, "{\"revision\":3,\"text\":\"x\"}")
                        .statusCode())
                .isEqualTo(410);
        assertThat(viewer.get("/posts/" + post + "/comments").path("comments")).isEmpty();

        JsonNode history = alice.get("/comments/" + id + "/history").path("history");
        assertThat(history.findValuesAsText("action")).containsExactly("created", "edited", "deleted");
        assertThat(history.get(0).path("text").asText()).contains("why");
        assertThat(viewer.get("/comments/" + id + "/history").toString()).doesNotContain("why", "because");

        await().atMost(TIMEOUT).until(() -> eventsOf(id).size() == 3);
        assertThat(eventsOf(id))
                .extracting(CloudEvent::type)
                .containsExactly(COMMENT_CREATED, COMMENT_UPDATED, COMMENT_DELETED);
        assertThat(eventsOf(id).get(0).data()).isEqualTo(comment);
        assertThat(eventsOf(id).get(1).data()).isEqualTo(edited);
    }

    @Test
    void ofEqualRequestsAtTwoCopiesOneMakesTheComment() throws Exception {
        String path = "/posts/" + heardPost() + "/comments";
        String key = UUID.randomUUID().toString();
        var answers = new ArrayList<Future<HttpResponse<String>>>();
        try (var sending = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 20; i++) {
                Caller caller = i % 2 == 0 ? alice : aliceElsewhere;
                answers.add(
                        sending.submit(() -> caller.send("POST", path, "{\"text\":\"one\"}", "Idempotency-Key", key)));
            }
        }
        var ids = new HashSet<String>();
        int created = 0;
        for (Future<HttpResponse<String>> answer : answers) {
            created += answer.get().statusCode() == 201 ? 1 : 0;
            ids.add(Json.mapper().readTree(answer.get().body()).path("id").asText());
        }
        assertThat(created).isOne();
        assertThat(ids).hasSize(1);
        assertThat(alice.send("POST", path, "{\"text\":\"two\"}", "Idempotency-Key", key)
                        .statusCode())
                .isEqualTo(409);
        // The same words elsewhere are another request.
        assertThat(alice.send(
                                "POST",
                                "/posts/" + heardPost() + "/comments",
                                "{\"text\":\"one\"}",
                                "Idempotency-Key",
                                key)
                        .statusCode())
                .isEqualTo(409);
        assertThat(viewer.get(path).path("comments")).hasSize(1);
    }

    @Test
    void anEntryMustBeThere() throws Exception {
        String json = "{\"text\":\"a\"}";
        String unknown = "/posts/" + UUID.randomUUID() + "/comments";
        assertThat(alice.send("POST", unknown, json).statusCode()).isEqualTo(404);
        assertThat(alice.send("POST", "/posts/1/comments", json).statusCode()).isEqualTo(404);
        assertThat(viewer.send("GET", unknown, "").statusCode()).isEqualTo(404);
        assertThat(alice.send("POST", "/posts/" + CommentsFixture.GONE + "/comments", json)
                        .statusCode())
                .isEqualTo(410);
        fixture.postsAway = true;
        try {
            JsonNode problem = body(alice.send("POST", unknown, json), 503);
            assertThat(problem.path("detail").asText()).contains("posts is away", "Nothing was stored");
            assertThat(viewer.get(unknown).path("comments")).isEmpty();
            assertThat(alice.send("POST", "/posts/" + heardNow() + "/comments", json)
                            .statusCode())
                    .isEqualTo(201);
        } finally {
            fixture.postsAway = false;
        }
        assertThat(alice.send("POST", "/posts/" + CommentsFixture.UNHEARD + "/comments", json)
                        .statusCode())
                .isEqualTo(201);
    }

    /** Heard of by its event, with posts away. */
    private static String heardNow() {
        String post = fixture.post();
        await().atMost(TIMEOUT)
                .until(() -> fixture.sql()
                        .withHandle(
                                handle -> handle.createQuery("select count(*) = 1 from known_post where id = ?::uuid")
                                        .bind(0, post)
                                        .mapTo(Boolean.class)
                                        .one()));
        return post;
    }

    @Test
    void commentsOnADeletedEntryCanOnlyBeTakenBack() throws Exception {
        String post = heardPost();
        String id = commented(post, "soon alone").path("id").asText();
        fixture.deletePost(post);
        String path = "/posts/" + post + "/comments";
        await().atMost(TIMEOUT)
                .until(() -> alice.send("POST", path, "{\"text\":\"late\"}").statusCode() == 410);
        assertThat(alice.send("PATCH", "/comments/" + id, "{\"revision\":1,\"text\":\"b\"}")
                        .statusCode())
                .isEqualTo(410);
        assertThat(alice.send("DELETE", "/comments/" + id, "").statusCode()).isEqualTo(204);
        assertThat(viewer.send("GET", path, "").statusCode()).isEqualTo(410);
    }

    @Test
    void badInputIsNamed() throws Exception {
        String path = "/posts/" + heardPost() + "/comments";
        var faults = Map.ofEntries(
                Map.entry("{}", "text: is missing"),
                Map.entry("{\"text\":\"\"}", "text: must not be empty"),
                Map.entry("{\"text\":\"" + "a".repeat(5_001) + "\"}", "5000 characters, not 5001"),
                Map.entry("{\"text\":\"a\\u0007\"}", "control characters"),
                Map.entry("{\"text\":\"a\\u2066\"}", "change the order"),
                Map.entry("{\"text\":\"a\",\"status\":\"approved\"}", "status: there is no such field"),
                Map.entry(
                        "{\"text\":\"a\",\"references\":[{\"kind\":\"command\",\"id\":\"" + UUID.randomUUID() + "\"}]}",
                        "references[0].id: there is no command"));
        for (var fault : faults.entrySet()) {
            JsonNode problem = body(alice.send("POST", path, fault.getKey()), 422);
            assertThat(problem.path("detail").asText()).contains(fault.getValue());
            assertThat(problem.path("errors").get(0).path("field").asText())
                    .isEqualTo(
                            fault.getValue().contains(": ")
                                    ? fault.getValue()
                                            .substring(0, fault.getValue().indexOf(": "))
                                    : "text");
        }
        assertThat(viewer.send("POST", path, "{\"text\":\"a\"}").statusCode()).isEqualTo(403);
        for (String query : List.of("limit=0", "limit=101", "cursor=x", "statuses=a")) {
            assertThat(viewer.send("GET", path + "?" + query, "").statusCode())
                    .as(query)
                    .isEqualTo(400);
        }
        assertThat(viewer.send("GET", "/comments?status=new", "").statusCode()).isEqualTo(400);
        String references = "{\"text\":\"a\",\"references\":[{\"kind\":\"alarm\",\"id\":\"x\"}]}";
        fixture.postsAway = true;
        try {
            assertThat(alice.send("POST", path, references).statusCode()).isEqualTo(201);
        } finally {
            fixture.postsAway = false;
        }
    }

    @Test
    void pagesShowEveryCommentOnce() throws Exception {
        String post = heardPost();
        String author = "w" + UUID.randomUUID().toString().substring(0, 8);
        Caller writer = fixture.caller(fixture.second, author, "operator");
        var written = new ArrayList<String>();
        for (int i = 0; i < 5; i++) {
            String json = "{\"text\":\"" + i + "\"}";
            written.add(body(writer.send("POST", "/posts/" + post + "/comments", json), 201)
                    .path("id")
                    .asText());
        }
        assertThat(pages("/posts/" + post + "/comments?limit=2"))
                .hasSize(5)
                .isSorted()
                .containsExactlyInAnyOrderElementsOf(written);
        List<String> newest = pages("/comments?status=pending&status=rejected&limit=2&author=" + author);
        assertThat(newest.reversed()).hasSize(5).isSorted().containsExactlyInAnyOrderElementsOf(written);
        assertThat(pages("/comments?status=approved&author=" + author)).isEmpty();
    }

    private static List<String> pages(String question) throws Exception {
        var seen = new ArrayList<String>();
        JsonNode page = viewer.get(question);
        while (true) {
            seen.addAll(page.path("comments").findValuesAsText("id"));
            if (page.path("next").isNull()) {
                return seen;
            }
            page = viewer.get(question + "&cursor=" + page.path("next").asText());
        }
    }
}
