package org.perilune.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.perilune.query.QueryFixture.comment;
import static org.perilune.query.QueryFixture.created;
import static org.perilune.query.QueryFixture.deletedComment;
import static org.perilune.query.QueryFixture.deletedPost;
import static org.perilune.query.QueryFixture.event;
import static org.perilune.query.QueryFixture.post;
import static org.perilune.query.QueryFixture.updated;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.perilune.chassis.json.Json;
import org.perilune.chassis.messaging.CloudEvent;
import org.perilune.chassis.runtime.Ids;
import org.perilune.contracts.FlightLog;
import org.perilune.contracts.FlightLog.Status;
import org.perilune.testkit.Caller;

class EntriesTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    private static final AtomicLong TIME = new AtomicLong(System.currentTimeMillis());

    @TempDir
    static Path home;

    private static QueryFixture fixture;
    private static Caller caller;
    private static Caller otherCopy;

    private final UUID id = next();

    @BeforeAll
    static void start() throws Exception {
        fixture = new QueryFixture(home);
        caller = fixture.caller(fixture.start(), "viewer");
        otherCopy = fixture.caller(fixture.start(), "viewer");
    }

    @AfterAll
    static void stop() {
        fixture.close();
    }

    /** Each later than the last. */
    private static UUID next() {
        return Ids.next(Clock.fixed(Instant.ofEpochMilli(TIME.incrementAndGet()), ZoneOffset.UTC));
    }

    private static void awaitEntry(UUID entry, String text) {
        await().atMost(TIMEOUT)
                .ignoreExceptionsMatching(AssertionError.class::isInstance)
                .until(() -> caller.send("GET", "/posts/" + entry, "").body().contains(text));
    }

    @Test
    void showsAPostWithItsComments() throws Exception {
        UUID readable = next();
        UUID pending = next();
        fixture.publish(
                created(post(id, 1, "alice", "Touch-down")),
                created(comment(pending, id, 1, Status.PENDING, "a secret")),
                updated(comment(readable, id, 2, Status.APPROVED, "Well done")));
        awaitEntry(id, "Well done");
        awaitEntry(id, "\"comment_count\":2");
        JsonNode entry = caller.get("/posts?limit=100")
                .path("posts")
                .valueStream()
                .filter(post -> post.path("id").asText().equals(id.toString()))
                .findFirst()
                .orElseThrow();
        assertThat(entry).isEqualTo(caller.get("/posts/" + id)).isEqualTo(otherCopy.get("/posts/" + id));
        assertThat(entry.path("text").asText()).isEqualTo("Touch-down");
        assertThat(entry.path("comments_next").isNull()).isTrue();
        assertThat(entry.path("comments").findValuesAsText("id"))
                .containsExactly(readable.toString(), pending.toString());
        assertThat(entry.path("comments").get(1).path("text").isNull()).isTrue();
        assertThat(entry.toString()).doesNotContain("secret");
        assertThat(caller.get("/posts/" + id + "/comments").path("comments")).isEqualTo(entry.path("comments"));
    }

    @Test
    void takesEventsInWhateverOrder() throws Exception {
        UUID comment = next();
        UUID gone = next();
        fixture.publish(
                updated(comment(comment, id, 3, Status.REJECTED, "third")),
                created(comment(comment, id, 1, Status.PENDING, "first")),
                deletedComment(gone, id, 2),
                updated(post(id, 2, "alice", "newer")),
                created(post(id, 1, "alice", "older")),
                created(comment(gone, id, 1, Status.APPROVED, "gone")));
        awaitEntry(id, "rejected");
        JsonNode entry = caller.get("/posts/" + id);
        assertThat(entry.path("text").asText()).isEqualTo("newer");
        assertThat(entry.path("comment_count").asInt()).isEqualTo(1);
        fixture.publish(deletedPost(id, 3), updated(post(id, 2, "alice", "newer")));
        await().atMost(TIMEOUT)
                .until(() -> caller.send("GET", "/posts/" + id, "").statusCode() == 404);
        assertThat(caller.send("GET", "/posts/" + id + "/comments", "").statusCode())
                .isEqualTo(404);
    }

    @Test
    void passesOverWhatOthersClaim() throws Exception {
        UUID forged = next();
        fixture.publish(
                event("crew", FlightLog.POST_CREATED, forged.toString(), post(forged, 1, "eve", "forged")),
                created(post(id, 1, "alice", "after it")));
        awaitEntry(id, "after it");
        assertThat(caller.send("GET", "/posts/" + forged, "").statusCode()).isEqualTo(404);
    }

    @Test
    void pagesThroughEntriesOfAnAuthorOrDevice() throws Exception {
        String author = "author-" + id;
        String device = "rover-" + id;
        var events = new ArrayList<CloudEvent>();
        for (int i = 0; i < 25; i++) {
            events.add(
                    created(post(next(), 1, author, "entry " + i, i % 5 == 0 ? new String[] {device} : new String[0])));
        }
        fixture.publish(events);
        await().atMost(TIMEOUT)
                .until(() -> caller.get("/posts?limit=100&author=" + author)
                                .path("posts")
                                .size()
                        == 25);
        JsonNode first = caller.get("/posts?author=" + author);
        assertThat(first.path("posts")).hasSize(20);
        assertThat(first.path("posts").get(0).path("text").asText()).isEqualTo("entry 24");
        JsonNode second = caller.get(
                "/posts?author=" + author + "&cursor=" + first.path("next").asText());
        assertThat(second.path("posts").findValuesAsText("text"))
                .containsExactly("entry 4", "entry 3", "entry 2", "entry 1", "entry 0");
        assertThat(second.path("next").isNull()).isTrue();
        assertThat(caller.get("/posts?device=" + device).path("posts")).hasSize(5);
        assertThat(caller.send("GET", "/posts?cursor=" + first.path("next").asText(), "")
                        .statusCode())
                .isEqualTo(400);
    }

    @Test
    void pagesThroughManyComments() throws Exception {
        var events = new ArrayList<CloudEvent>();
        events.add(created(post(id, 1, "alice", "much discussed")));
        for (int i = 0; i < 70; i++) {
            events.add(created(comment(next(), id, 1, Status.APPROVED, "comment " + i)));
        }
        fixture.publish(events);
        awaitEntry(id, "\"comment_count\":70");
        JsonNode entry = caller.get("/posts/" + id);
        assertThat(entry.path("comments")).hasSize(50);
        var seen = new HashSet<>(entry.path("comments").findValuesAsText("text"));
        JsonNode rest = caller.get("/posts/" + id + "/comments?cursor="
                + entry.path("comments_next").asText());
        assertThat(rest.path("comments").get(0).path("text").asText()).isEqualTo("comment 50");
        seen.addAll(rest.path("comments").findValuesAsText("text"));
        assertThat(seen).hasSize(70);
    }

    @Test
    void tellsFollowersAtEveryCopy() {
        // A copy that has only just begun to listen sends followers away: they come again.
        await().atMost(TIMEOUT).untilAsserted(() -> follow(next()));
    }

    private static void follow(UUID id) throws Exception {
        HttpResponse<java.io.InputStream> stream =
                otherCopy.http().send(otherCopy.request("/stream").build(), BodyHandlers.ofInputStream());
        try (var lines = new BufferedReader(new InputStreamReader(stream.body(), StandardCharsets.UTF_8))) {
            assertThat(lines.readLine()).startsWith(":");
            fixture.publish(created(post(id, 1, "alice", "live")));
            assertThat(until(lines, id.toString())).isEqualTo("event: post");
            fixture.publish(deletedPost(id, 2));
            assertThat(until(lines, "{\"id\":\"" + id + "\"}")).isEqualTo("event: removed");
        }
    }

    /** The line before the one with the text. */
    private static String until(BufferedReader lines, String text) throws Exception {
        String before = "";
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.contains(text)) {
                return before;
            }
            before = line;
        }
        throw new AssertionError("The stream ended before " + text);
    }

    @Test
    void answersSmallerToWhoAsks() throws Exception {
        fixture.publish(created(post(id, 1, "alice", "small ".repeat(1_000))));
        awaitEntry(id, "small");
        HttpResponse<byte[]> answer = caller.http()
                .send(
                        caller.request("/posts/" + id)
                                .header("Accept-Encoding", "gzip")
                                .build(),
                        BodyHandlers.ofByteArray());
        assertThat(answer.headers().firstValue("Content-Encoding")).contains("gzip");
        assertThat(answer.body().length).isLessThan(1_000);
        try (var plain = new GZIPInputStream(new java.io.ByteArrayInputStream(answer.body()))) {
            assertThat(Json.mapper().readTree(plain)).isEqualTo(caller.get("/posts/" + id));
        }
    }

    @Test
    void namesWhatIsWrongWithAQuestion() throws Exception {
        for (String path :
                List.of("/posts?limit=0", "/posts?limit=101", "/posts?cursor=x", "/posts?writer=a", "/posts?author=")) {
            HttpResponse<String> answer = caller.send("GET", path, "");
            assertThat(answer.statusCode()).as(path).isEqualTo(400);
            assertThat(answer.headers().firstValue("Content-Type").orElse("")).startsWith("application/problem+json");
        }
        assertThat(caller.send("GET", "/posts/no-id", "").statusCode()).isEqualTo(404);
    }
}
