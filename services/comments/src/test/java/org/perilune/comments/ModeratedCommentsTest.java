package org.perilune.comments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import org.perilune.chassis.json.Json;
import org.perilune.chassis.messaging.CloudEvent;
import org.perilune.contracts.FlightLog;
import org.perilune.contracts.FlightLog.Decision;
import org.perilune.contracts.FlightLog.Status;
import org.perilune.testkit.Caller;
import org.perilune.testkit.TestBroker;

/** What moderation says is applied in whatever order it comes, at any copy, and by moderation's word alone. */
@ParameterizedClass
@EnumSource(TestBroker.class)
@Timeout(180)
class ModeratedCommentsTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    @TempDir
    static Path home;

    private static CommentsFixture fixture;
    private static Caller alice;
    private static Caller viewer;
    private static Caller director;

    /** Without it the broker is told to nobody. */
    ModeratedCommentsTest(TestBroker broker) {}

    @BeforeParameterizedClassInvocation
    static void start(TestBroker broker) throws Exception {
        fixture = new CommentsFixture(home, broker);
        alice = fixture.caller(fixture.first, "alice", "operator");
        viewer = fixture.caller(fixture.second, "vera", "viewer");
        director = fixture.caller(fixture.second, "dora", "flight-director");
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        fixture.close();
    }

    private static JsonNode commented() throws IOException, InterruptedException {
        HttpResponse<String> answer =
                alice.send("POST", "/posts/" + CommentsFixture.UNHEARD + "/comments", "{\"text\":\"secret words\"}");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        return Json.mapper().readTree(answer.body());
    }

    private static CloudEvent decision(String comment, long textRevision, long number, Status status) {
        Instant at = Instant.parse("2026-11-21T10:00:00Z");
        String rule = status == Status.APPROVED ? null : "words";
        var decision = new Decision(
                comment, CommentsFixture.UNHEARD, textRevision, number, status, rule, "said so", "moderation", at);
        return CloudEvent.of("moderation", FlightLog.COMMENT_MODERATED, comment, at, decision, Optional.empty());
    }

    private static String status(String id) throws IOException, InterruptedException {
        return alice.get("/comments/" + id).path("status").asText();
    }

    private static List<Long> revisionsTold(String id) {
        return fixture.events.all().stream()
                .filter(event ->
                        Objects.equals(event.subject(), id) && event.source().equals("urn:perilune:comments"))
                .map(event ->
                        Objects.requireNonNull(event.data()).path("revision").asLong())
                .toList();
    }

    /** Everything that was published before is handled once this is. */
    private static void settle() throws Exception {
        String last = commented().path("id").asText();
        fixture.publish(decision(last, 1, 1, Status.APPROVED));
        await().atMost(TIMEOUT).until(() -> status(last).equals("approved"));
    }

    @Test
    void textsAreForOthersOnceTheyAreApproved() throws Exception {
        JsonNode comment = commented();
        String id = comment.path("id").asText();
        assertThat(viewer.get("/comments/" + id).path("text").isNull()).isTrue();
        assertThat(viewer.get("/comments?author=alice&status=pending").toString())
                .doesNotContain("\"text\":\"");
        assertThat(director.get("/comments/" + id)).isEqualTo(comment);
        assertThat(viewer.get("/comments/" + id + "/history").toString()).doesNotContain("secret");

        fixture.publish(decision(id, 1, 1, Status.APPROVED));
        await().atMost(TIMEOUT).until(() -> status(id).equals("approved"));
        JsonNode approved = viewer.get("/comments/" + id);
        assertThat(approved.path("text").asText()).isEqualTo("secret words");
        assertThat(approved.path("revision").asLong()).isEqualTo(2);
        assertThat(approved.path("text_revision").asLong()).isOne();
        assertThat(approved.path("moderated_by").asText()).isEqualTo("moderation");
        await().atMost(TIMEOUT).until(() -> revisionsTold(id).equals(List.of(1L, 2L)));

        HttpResponse<String> edited = alice.send("PATCH", "/comments/" + id, "{\"revision\":2,\"text\":\"hidden\"}");
        assertThat(edited.body()).contains("\"status\":\"pending\"", "\"text_revision\":2");
        assertThat(viewer.get("/comments/" + id).path("text").isNull()).isTrue();
        fixture.publish(decision(id, 2, 1, Status.REJECTED));
        await().atMost(TIMEOUT).until(() -> status(id).equals("rejected"));
        assertThat(viewer.get("/comments/" + id).path("text").isNull()).isTrue();
        JsonNode history = viewer.get("/comments/" + id + "/history").path("history");
        assertThat(history.findValuesAsText("action")).containsExactly("created", "moderated", "edited", "moderated");
        // The text that was approved was read by all; the one that was not, never.
        assertThat(history.toString()).contains("secret words").doesNotContain("hidden");
        assertThat(alice.get("/comments/" + id + "/history").toString()).contains("hidden");
    }

    @Test
    void decisionsCountInTheirOrderNotInThatOfTheirComing() throws Exception {
        long seed = System.nanoTime();
        var random = new Random(seed);
        var ids = new ArrayList<String>();
        var events = new ArrayList<CloudEvent>();
        for (int i = 0; i < 20; i++) {
            String id = commented().path("id").asText();
            ids.add(id);
            alice.send("PATCH", "/comments/" + id, "{\"revision\":1,\"text\":\"another\"}");
            CloudEvent last = decision(id, 2, 3, Status.APPROVED);
            events.addAll(List.of(
                    decision(id, 1, 9, Status.REJECTED),
                    decision(id, 2, 1, Status.PENDING),
                    decision(id, 2, 2, Status.REJECTED),
                    last,
                    last));
        }
        Collections.shuffle(events, random);
        events.forEach(fixture::publish);
        for (String id : ids) {
            await("seed " + seed).atMost(TIMEOUT).until(() -> status(id).equals("approved"));
        }
        settle();
        for (String id : ids) {
            assertThat(status(id)).as("seed " + seed).isEqualTo("approved");
            long revision = alice.get("/comments/" + id).path("revision").asLong();
            await("seed " + seed).atMost(TIMEOUT).until(() -> revisionsTold(id).size() == revision);
            assertThat(revisionsTold(id)).as("seed " + seed).doesNotHaveDuplicates();
        }
    }

    @Test
    void forgedDecisionsArePassedOver() throws Exception {
        String id = commented().path("id").asText();
        for (String source : List.of("urn:perilune:event-bus", "urn:perilune:comments", "urn:mine", "moderation")) {
            CloudEvent honest = decision(id, 1, 5, Status.APPROVED);
            fixture.publish(new CloudEvent(
                    UUID.randomUUID().toString(),
                    source,
                    honest.type(),
                    honest.time(),
                    honest.subject(),
                    honest.data(),
                    Map.of("postedby", "mallory")));
        }
        settle();
        assertThat(status(id)).isEqualTo("pending");
        fixture.publish(decision(id, 1, 1, Status.REJECTED));
        await().atMost(TIMEOUT).until(() -> status(id).equals("rejected"));
    }

    @Test
    void aDecisionOnADeletedCommentChangesNothing() throws Exception {
        String id = commented().path("id").asText();
        assertThat(alice.send("DELETE", "/comments/" + id, "").statusCode()).isEqualTo(204);
        fixture.publish(decision(id, 1, 1, Status.APPROVED));
        settle();
        assertThat(alice.get("/comments/" + id + "/history").path("history").findValuesAsText("action"))
                .containsExactly("created", "deleted");
    }

    @Test
    void decisionsAreAppliedWhenACopyStopsAndTheBrokerOrDatabaseWereAway() throws Exception {
        var third = fixture.start();
        var ids = new ArrayList<String>();
        for (int i = 0; i < 60; i++) {
            ids.add(commented().path("id").asText());
        }
        ids.forEach(id -> fixture.publish(decision(id, 1, 1, Status.APPROVED)));
        await().atMost(TIMEOUT).until(() -> approved() > 5);
        third.close();
        fixture.broker.shut();
        assertThat(alice.send("POST", "/posts/" + CommentsFixture.UNHEARD + "/comments", "{\"text\":\"a\"}")
                        .statusCode())
                .isEqualTo(201);
        fixture.database.shut();
        assertThat(alice.send("POST", "/posts/" + CommentsFixture.UNHEARD + "/comments", "{\"text\":\"a\"}")
                        .statusCode())
                .isEqualTo(503);
        fixture.database.open();
        fixture.broker.open();
        for (String id : ids) {
            await().atMost(TIMEOUT)
                    .ignoreExceptions()
                    .until(() -> alice.send("GET", "/comments/" + id, "").body().contains("\"status\":\"approved\""));
            await().atMost(TIMEOUT).until(() -> revisionsTold(id).containsAll(List.of(1L, 2L)));
            assertThat(alice.get("/comments/" + id).path("revision").asLong()).isEqualTo(2);
        }
    }

    private static int approved() {
        return fixture.sql()
                .withHandle(handle -> handle.createQuery("select count(*) from comment where status = 'approved'")
                        .mapTo(Integer.class)
                        .one());
    }

    @Test
    void historyCannotBeRewritten() throws Exception {
        String id = commented().path("id").asText();
        var sql = fixture.sql();
        for (String forgery : List.of(
                "update comment_history set text = 'other' where comment_id = ?::uuid",
                "delete from comment_history where comment_id = ?::uuid",
                "delete from comment where id = ?::uuid",
                "update comment set revision = 7 where id = ?::uuid")) {
            assertThatThrownBy(() -> sql.useHandle(handle -> handle.execute(forgery, id)))
                    .as(forgery)
                    .hasMessageContaining("ERROR");
        }
    }
}
