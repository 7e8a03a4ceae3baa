package org.perilune.moderation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import org.perilune.chassis.json.Json;
import org.perilune.chassis.messaging.CloudEvent;
import org.perilune.contracts.FlightLog;
import org.perilune.contracts.FlightLog.Comment;
import org.perilune.contracts.FlightLog.Decision;
import org.perilune.contracts.FlightLog.Status;
import org.perilune.testkit.Caller;
import org.perilune.testkit.TestBroker;

@ParameterizedClass
@EnumSource(TestBroker.class)
class ModerationTest {
    @TempDir
    static Path home;

    private static Running running;
    private static CommentsStandIn comments;
    private static Caller director;
    private static Caller viewer;

    /** Each test's own, since rates are counted by author. */
    private final String author = "a" + UUID.randomUUID().toString().replace("-", "");

    /** Without it the broker is told to nobody. */
    ModerationTest(TestBroker broker) {}

    @BeforeParameterizedClassInvocation
    static void start(TestBroker broker) throws Exception {
        running = new Running(home, broker);
        comments = running.comments;
        director = running.director;
        viewer = running.viewer;
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        running.close();
    }

    @BeforeEach
    void modestRules() throws Exception {
        running.modestRules();
    }

    private static HttpResponse<String> say(Comment comment, String word, String body) throws Exception {
        return director.send("POST", "/decisions/" + comment.id() + "/" + word, body);
    }

    @Test
    void saysWhatTheRulesSay() throws Exception {
        Comment fine = CommentsStandIn.comment(author, "All is well");
        Comment rude = CommentsStandIn.comment(author, "Who is the müppet?");
        comments.publish(CommentsStandIn.created(fine), CommentsStandIn.created(rude));
        Decision approved = comments.await(fine, 1, 1);
        assertThat(approved.status()).isEqualTo(Status.APPROVED);
        assertThat(approved.rule()).isNull();
        assertThat(approved.by()).isEqualTo("moderation");
        assertThat(approved.postId()).isEqualTo(fine.postId());
        Decision rejected = comments.await(rude, 1, 1);
        assertThat(rejected.status()).isEqualTo(Status.REJECTED);
        assertThat(rejected.rule()).isEqualTo("words");
        assertThat(rejected.reason()).contains("muppet");

        JsonNode shown = director.get("/decisions/" + rude.id()).path("decisions");
        assertThat(shown).hasSize(1);
        assertThat(shown.get(0).path("text").asText()).isEqualTo(rude.text());
        assertThat(shown.get(0).path("rules_version").asInt())
                .isEqualTo(viewer.get("/rules").path("version").asInt());
        JsonNode hidden =
                viewer.get("/decisions/" + rude.id()).path("decisions").get(0);
        assertThat(hidden.path("text").isNull()).isTrue();
        assertThat(hidden.path("author").asText()).isEqualTo(author);
        try (var own = running.caller(running.moderation, author, "viewer")) {
            assertThat(own.get("/decisions/" + rude.id()).findValuesAsText("text"))
                    .containsExactly(rude.text());
        }
        assertThat(viewer.send("GET", "/decisions/" + UUID.randomUUID(), "").statusCode())
                .isEqualTo(404);
    }

    @Test
    void aPersonsWordCountsForThatText() throws Exception {
        Comment held = CommentsStandIn.comment(author, "http://a.example http://b.example");
        comments.publish(CommentsStandIn.created(held));
        assertThat(comments.await(held, 1, 1).status()).isEqualTo(Status.PENDING);
        assertThat(director.get("/decisions?status=pending&limit=100").findValuesAsText("comment_id"))
                .contains(held.id());

        assertThat(say(held, "approve", "{\"text_revision\":2}").statusCode()).isEqualTo(409);
        HttpResponse<String> approved = say(held, "approve", "{\"reason\":\"They are ours\",\"text_revision\":1}");
        assertThat(approved.statusCode()).as(approved.body()).isEqualTo(200);
        JsonNode decision = Json.mapper().readTree(approved.body());
        assertThat(decision.path("number").asInt()).isEqualTo(2);
        assertThat(decision.path("by").asText()).isEqualTo("flight");
        assertThat(decision.path("rule").isNull()).isTrue();
        Decision told = comments.await(held, 1, 2);
        assertThat(told.status()).isEqualTo(Status.APPROVED);
        assertThat(told.reason()).isEqualTo("They are ours");
        assertThat(say(held, "approve", "").statusCode()).isEqualTo(409);
        assertThat(say(held, "reject", "{}").statusCode()).isEqualTo(422);
        assertThat(say(held, "reject", "{\"reason\":\"No\"}").statusCode()).isEqualTo(200);
        assertThat(comments.await(held, 1, 3).status()).isEqualTo(Status.REJECTED);
        comments.publish(CommentsStandIn.updated(CommentsStandIn.with(held, 1, held.text(), Status.PENDING)));

        comments.publish(CommentsStandIn.updated(CommentsStandIn.edited(held, "No links at all")));
        assertThat(comments.await(held, 2, 1).status()).isEqualTo(Status.APPROVED);
        assertThat(comments.decisions(held)).hasSize(4);
        assertThat(viewer.get("/decisions/" + held.id()).findValuesAsText("number"))
                .containsExactly("1", "2", "3", "1");

        for (String nobody : List.of("program:cli", "service:console")) {
            try (var program = running.caller(running.moderation, nobody, "administrator")) {
                assertThat(program.send("POST", "/decisions/" + held.id() + "/reject", "{\"reason\":\"x\"}")
                                .statusCode())
                        .isEqualTo(403);
            }
        }
        try (var operator = running.caller(running.moderation, "olga", "operator")) {
            assertThat(operator.send("POST", "/decisions/" + held.id() + "/approve", "")
                            .statusCode())
                    .isEqualTo(403);
        }
    }

    @Test
    void whatIsDeletedIsDecidedOnNoMore() throws Exception {
        Comment gone = CommentsStandIn.comment(author, "muppet");
        comments.publish(CommentsStandIn.created(gone));
        comments.await(gone, 1, 1);
        Comment neverSeen = CommentsStandIn.comment(author, "muppet");
        Comment after = CommentsStandIn.comment(author, "fine");
        comments.publish(
                CommentsStandIn.deleted(gone),
                CommentsStandIn.deleted(neverSeen),
                CommentsStandIn.updated(CommentsStandIn.edited(gone, "too late")),
                CommentsStandIn.created(neverSeen),
                CommentsStandIn.created(after));
        comments.await(after, 1, 1);
        assertThat(comments.decisions(gone)).hasSize(1);
        assertThat(comments.decisions(neverSeen)).isEmpty();
        assertThat(say(gone, "approve", "").statusCode()).isEqualTo(404);
        JsonNode kept = director.get("/decisions/" + gone.id()).path("decisions");
        assertThat(kept).hasSize(1);
        assertThat(kept.get(0).path("text").isNull()).isTrue();
        assertThat(director.get("/decisions?post=" + gone.postId()).path("decisions"))
                .isEmpty();
    }

    @Test
    void rulesAreRefusedAsAWhole() throws Exception {
        int version = viewer.get("/rules").path("version").asInt();
        HttpResponse<String> faulty = director.send("PUT", "/rules", """
                {"version":%d,"rule":1,"rules":[{"id":"a","kind":"pattern","action":"hold","pattern":"("},
                {"id":"b","kind":"rate","action":"hold","comments":1}]}""".formatted(version));
        assertThat(faulty.statusCode()).isEqualTo(422);
        assertThat(faulty.body()).contains("\"rule\"", "rules[0].pattern", "rules[1].seconds");
        assertThat(director.send("PUT", "/rules", "{\"version\":%d,\"rules\":[]}".formatted(version - 1))
                        .statusCode())
                .isEqualTo(409);
        assertThat(viewer.send("PUT", "/rules", "{\"version\":%d,\"rules\":[]}".formatted(version))
                        .statusCode())
                .isEqualTo(403);
        JsonNode rules = viewer.get("/rules");
        assertThat(rules.path("version").asInt()).isEqualTo(version);
        assertThat(rules.path("changed_by").asText()).isEqualTo("flight");
        assertThat(rules.path("rules")).hasSize(3);
        String tried = "{\"text\":\"A muppet\",\"rules\":[]}";
        assertThat(director.send("POST", "/rules/try", tried).body()).contains("approved");
        assertThat(director.send("POST", "/rules/try", "{\"text\":\"A muppet\"}")
                        .body())
                .contains("rejected", "words");
    }

    @Test
    void pagesGoOnWhereTheyEnded() throws Exception {
        String post = UUID.randomUUID().toString();
        var all = new ArrayList<String>();
        for (int number = 0; number < 5; number++) {
            Comment comment = CommentsStandIn.comment(author + number, "Fine");
            comment = new Comment(
                    comment.id(),
                    post,
                    1,
                    1,
                    comment.author(),
                    "Fine",
                    List.of(),
                    comment.createdAt(),
                    null,
                    Status.PENDING,
                    null,
                    null,
                    null,
                    null);
            comments.publish(CommentsStandIn.created(comment));
            comments.await(comment, 1, 1);
            all.addFirst(comment.id());
        }
        var seen = new ArrayList<String>();
        String path = "/decisions?limit=2&post=" + post;
        String cursor = "";
        do {
            JsonNode page = viewer.get(path + cursor);
            seen.addAll(page.findValuesAsText("comment_id"));
            cursor = page.path("next").isNull()
                    ? ""
                    : "&cursor=" + page.path("next").asText();
        } while (!cursor.isEmpty());
        assertThat(seen).isEqualTo(all);
        for (String wrong : List.of("status=maybe", "limit=0", "limit=101", "cursor=x", "post=1", "page=2")) {
            assertThat(viewer.send("GET", "/decisions?" + wrong, "").statusCode())
                    .as(wrong)
                    .isEqualTo(400);
        }
    }

    @Test
    void whatIsNoCommentHoldsUpNobody() {
        Comment forged = CommentsStandIn.comment(author, "Forged");
        Comment fine = CommentsStandIn.comment(author, "Fine");
        var from = new CloudEvent(
                UUID.randomUUID().toString(),
                "urn:mine",
                FlightLog.COMMENT_CREATED,
                fine.createdAt(),
                forged.id(),
                Json.mapper().valueToTree(forged),
                Map.of());
        comments.publish(
                from,
                CommentsStandIn.event(FlightLog.COMMENT_CREATED, "x", List.of("no comment")),
                CommentsStandIn.event(FlightLog.COMMENT_CREATED, "x", Map.of("id", "x", "status", "pending")),
                CommentsStandIn.created(fine));
        comments.await(fine, 1, 1);
        assertThat(comments.decisions(forged)).isEmpty();
    }
}
