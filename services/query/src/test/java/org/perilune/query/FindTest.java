package org.perilune.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.perilune.query.QueryFixture.comment;
import static org.perilune.query.QueryFixture.created;
import static org.perilune.query.QueryFixture.deletedPost;
import static org.perilune.query.QueryFixture.event;
import static org.perilune.query.QueryFixture.post;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.perilune.chassis.runtime.Ids;
import org.perilune.contracts.Activity;
import org.perilune.contracts.FlightLog.Status;
import org.perilune.testkit.Caller;

class FindTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    @TempDir
    static Path home;

    private static QueryFixture fixture;
    private static Caller caller;

    @BeforeAll
    static void start() throws Exception {
        fixture = new QueryFixture(home);
        caller = fixture.caller(fixture.start(), "viewer");
        await().atMost(TIMEOUT).until(() -> caller.send("GET", "/posts", "").statusCode() == 200);
    }

    @AfterAll
    static void stop() {
        fixture.close();
    }

    private static UUID next() {
        return Ids.next(Clock.systemUTC());
    }

    private static JsonNode search(String words, String more) throws Exception {
        return caller.get("/search?q=" + URLEncoder.encode(words, StandardCharsets.UTF_8) + more);
    }

    @Test
    void findsWhatMayBeRead() throws Exception {
        UUID about = next();
        UUID gone = next();
        UUID readable = next();
        fixture.publish(
                created(post(about, 1, "alice", "The thrusters were firing early")),
                created(post(gone, 1, "alice", "A thruster that is deleted")),
                created(comment(next(), gone, 1, Status.APPROVED, "thruster of what is gone")),
                created(comment(readable, about, 1, Status.APPROVED, "Which thruster?")),
                created(comment(next(), about, 1, Status.REJECTED, "thruster rubbish")),
                deletedPost(gone, 2));
        await().atMost(TIMEOUT)
                .until(() -> search("thruster", "").path("results").size() == 2);
        await().atMost(TIMEOUT).until(() -> {
            List<String> shown = caller.get("/posts").path("posts").findValuesAsText("id");
            return shown.contains(about.toString()) && !shown.contains(gone.toString());
        });
        JsonNode found = search("thruster", "").path("results");
        assertThat(found.findValuesAsText("id")).containsExactlyInAnyOrder(about.toString(), readable.toString());
        assertThat(found.findValuesAsText("snippet")).contains("Which ‹thruster›?");
        assertThat(search("thruster -early", "&kind=comment").path("results")).hasSize(1);
        assertThat(search("thruster early", "&kind=comment").path("results")).isEmpty();
        JsonNode first = search("thruster", "&limit=1");
        JsonNode second =
                search("thruster", "&limit=1&cursor=" + first.path("next").asText());
        assertThat(second.path("results").get(0).path("id"))
                .isNotEqualTo(first.path("results").get(0).path("id"));
        assertThat(second.path("next").isNull()).isTrue();
        assertThat(first.path("engine").asText()).isEqualTo("postgresql");
    }

    @Test
    void findsWordsHoweverTheyAreWritten() throws Exception {
        List<String> ids = SearchSamples.publish(fixture);
        await().atMost(TIMEOUT).until(() -> search("полюс", "").path("results").size() == 1); // the last one
        SearchSamples.check(ids, words -> search(words, ""), "postgresql");
    }

    @Test
    void takesAnyWordsToLookFor() throws Exception {
        for (String words : List.of("'", "\"", "a & | !", "((", "-", "%_\\", ":*", "'; drop table model; --", "☾")) {
            assertThat(search(words, "").path("results").isArray()).as(words).isTrue();
        }
        for (String path : List.of("/search", "/search?q=", "/search?q=a&kind=x", "/search?q=" + "a".repeat(201))) {
            assertThat(caller.send("GET", path, "").statusCode()).as(path).isEqualTo(400);
        }
    }

    @Test
    void showsWhatElseHappened() throws Exception {
        var first = Instant.parse("2026-11-21T10:00:00Z");
        for (int i = 0; i < 3; i++) {
            var activity = new Activity(first.plusSeconds(i), "rover", "alice", "c" + i, "Command " + i + " was sent");
            fixture.publish(event("command-dispatcher", Activity.Type.COMMAND_ACCEPTED, "c" + i, activity));
        }
        fixture.publish(event(
                "mine", "CoffeeMade", "x", java.util.Map.of("at", first.toString(), "summary", "Coffee", "cups", 3)));
        fixture.publish(event("mine", "Other", "x", java.util.Map.of("at", "soon", "summary", "Nothing")));
        await().atMost(TIMEOUT)
                .until(() -> caller.get("/activity").path("activity").size() == 4);
        JsonNode page = caller.get("/activity?device=rover&limit=2&from=2026-11-21T10:00:00Z");
        assertThat(page.path("activity").findValuesAsText("id")).containsExactly("c0", "c1");
        assertThat(page.path("activity").get(0).toString())
                .isEqualTo(
                        "{\"at\":\"2026-11-21T10:00:00Z\",\"type\":\"CommandAccepted\",\"device\":\"rover\",\"by\":\"alice\","
                                + "\"id\":\"c0\",\"summary\":\"Command 0 was sent\"}");
        JsonNode rest = caller.get("/activity?device=rover&limit=2&from=2026-11-21T10:00:00Z&cursor="
                + page.path("next").asText());
        assertThat(rest.path("activity").findValuesAsText("id")).containsExactly("c2");
        assertThat(caller.get("/activity?type=CoffeeMade&type=Other").path("activity"))
                .hasSize(1);
        assertThat(caller.send("GET", "/activity?type=*", "").statusCode()).isEqualTo(400);
        assertThat(caller.send("GET", "/activity?cursor=" + page.path("next").asText(), "")
                        .statusCode())
                .isEqualTo(400);
    }
}
