package org.perilune.posts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.perilune.chassis.json.Json;
import org.perilune.chassis.messaging.CloudEvent;
import org.perilune.testkit.Caller;

/** Each fault is answered by the name of its field. */
@Timeout(120)
class PostsInputTest {
    @TempDir
    static Path home;

    private static PostsFixture fixture;
    private static Caller alice;
    private static Caller viewer;

    @BeforeAll
    static void start() throws Exception {
        fixture = new PostsFixture(home);
        alice = fixture.caller(fixture.first, "alice", "operator");
        viewer = fixture.caller(fixture.second, "vera", "viewer");
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

    @Test
    void badInputIsNamed() throws Exception {
        String reference = "{\"text\":\"a\",\"references\":[%s]}";
        var faults = Map.ofEntries(
                Map.entry("{}", "text: is missing"),
                Map.entry("{\"text\":\" \\n\"}", "text: must not be empty"),
                Map.entry("{\"text\":7}", "text: must be text"),
                Map.entry("{\"text\":\"" + "é".repeat(20_001) + "\"}", "20000 characters, not 20001"),
                Map.entry("{\"text\":\"a\\u0000\"}", "control characters"),
                Map.entry("{\"text\":\"a\\u009b\"}", "control characters"),
                Map.entry("{\"text\":\"a\\ud800\"}", "valid Unicode"),
                Map.entry("{\"text\":\"a\\u202e\"}", "change the order"),
                Map.entry("{\"text\":\"a\",\"title\":\"a\\nb\"}", "title: must be one line"),
                Map.entry("{\"text\":\"a\",\"title\":\"" + "t".repeat(201) + "\"}", "title: must have at most 200"),
                Map.entry("{\"text\":\"a\",\"at\":5}", "at: must be an instant"),
                Map.entry("{\"text\":\"a\",\"at\":\"+999999-01-01T00:00:00Z\"}", "at: must be an instant"),
                Map.entry("{\"text\":\"a\",\"author\":\"bob\"}", "author: there is no such field"),
                Map.entry("{\"text\":\"a\",\"references\":{}}", "references: must be a list"),
                Map.entry(reference.formatted("1"), "references[0]: must be an object"),
                Map.entry(reference.formatted("{\"kind\":\"post\"}"), "references[0].kind: must be telemetry"),
                Map.entry(reference.formatted("{\"kind\":0}"), "references[0].kind: must be telemetry"),
                Map.entry(
                        reference.formatted("{\"kind\":\"command\",\"id\":\"1\"}"), "references[0].id: must be a UUID"),
                Map.entry(reference.formatted("{\"kind\":\"alarm\"}"), "references[0].id: is missing"),
                Map.entry(
                        reference.formatted(telemetry("a/../b", "speed", "01:00", "02:00")),
                        "references[0].device: must be the name"),
                Map.entry(
                        reference.formatted(telemetry("lunar-module", "speed", "02:00", "01:00")),
                        "references[0].to: must be after from"),
                Map.entry(
                        reference.formatted(telemetry("lunar-module", "colour", "01:00", "02:00")),
                        "references[0].parameter: lunar-module has no"),
                Map.entry(
                        reference.formatted(telemetry("nobody", "speed", "01:00", "02:00")),
                        "references[0].device: there is no device"),
                Map.entry(
                        reference.formatted("{\"kind\":\"command\",\"id\":\"" + UUID.randomUUID() + "\"}"),
                        "references[0].id: there is no command"),
                Map.entry(
                        reference.formatted(String.join(",", java.util.Collections.nCopies(11, "{}"))),
                        "references: must be a list of at most 10"));
        for (var fault : faults.entrySet()) {
            JsonNode problem = body(alice.send("POST", "/posts", fault.getKey()), 422);
            assertThat(problem.path("detail").asText()).contains(fault.getValue());
        }
        assertThat(alice.send("POST", "/posts", "{").statusCode()).isEqualTo(400);
        assertThat(alice.send("POST", "/posts", "[]").statusCode()).isEqualTo(422);
        assertThat(alice.send("POST", "/posts", "{\"text\":\"" + "x".repeat(1_100_000) + "\"}")
                        .statusCode())
                .isEqualTo(413);
        assertThat(alice.send("POST", "/posts", "{\"text\":\"a\"}", "Content-Type", "text/plain")
                        .statusCode())
                .isEqualTo(415);
        assertThat(alice.send("POST", "/posts", "{\"text\":\"a\"}", "Idempotency-Key", "k".repeat(201))
                        .statusCode())
                .isEqualTo(400);
        for (String query : List.of("limit=0", "limit=101", "cursor=x", "autor=alice", "author=a%00")) {
            JsonNode problem = body(viewer.send("GET", "/posts?" + query, ""), 400);
            assertThat(problem.path("detail").asText()).contains(query.substring(0, query.indexOf('=')));
        }
        String id =
                posted("{\"text\":\"<script>alert(1)</script> 🚀\"}").path("id").asText();
        assertThat(viewer.get("/posts/" + id).path("text").asText()).isEqualTo("<script>alert(1)</script> 🚀");
        for (String change : List.of("{\"text\":\"a\"}", "{\"revision\":1}", "{\"revision\":1,\"text\":null}")) {
            assertThat(alice.send("PATCH", "/posts/" + id, change).statusCode())
                    .as(change)
                    .isEqualTo(422);
        }
    }

    private static String telemetry(String device, String parameter, String from, String to) {
        return """
                {"kind":"telemetry","device":"%s","parameter":"%s","from":"2026-11-21T%s:00Z","to":"2026-11-21T%s:00Z"}\
                """.formatted(device, parameter, from, to);
    }

    /** JSON may take twelve bytes for a character; nobody could take an event over the bound of events. */
    @Test
    void theLongestEntryFitsIntoAnEvent() throws Exception {
        var references = new StringJoiner(",");
        for (int day = 10; day < 20; day++) {
            references.add(telemetry("lunar-module", "speed", "01:00", "02:00").replace("11-21", "11-" + day));
        }
        JsonNode post = posted("{\"text\":\"%s\",\"title\":\"%s\",\"references\":[%s]}"
                .formatted("🚀".repeat(20_000), "🚀".repeat(200), references));
        assertThat(post.path("references")).hasSize(10);
        await().atMost(Duration.ofSeconds(30))
                .until(() -> fixture.events.all().stream()
                        .anyMatch(event -> post.equals(event.data()) && event.bytes().length < CloudEvent.MAX_BYTES));
    }
}
