package org.perilune.eventbus.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.perilune.chassis.messaging.Outbox;
import org.perilune.chassis.postgres.Postgres;
import org.perilune.chassis.postgres.PostgresConfig;
import org.perilune.eventbus.BusFixture;

/** What moderation has not approved is read by nobody else out of events. */
class RedactionPolicyTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final String SECRET = "not for everybody";

    @TempDir
    Path home;

    @Test
    void textsOfCommentsAreForFlightDirectors() throws Exception {
        try (var fixture = new BusFixture(home, Map.of());
                var viewer = fixture.as("viewer", fixture.bus());
                var director = fixture.as("flight-director", fixture.bus())) {
            String event = """
                    {"type":"CommentCreated","data":{"id":"c1","revision":1,"status":"pending","text":"%s",
                     "references":[{"kind":"command","id":"%s"}]}}""".formatted(SECRET, SECRET);
            assertThat(fixture.operator().send("POST", "/events", event).statusCode())
                    .isEqualTo(201);
            redrive(fixture.settings(), event);
            await().atMost(TIMEOUT)
                    .until(() ->
                            director.get("/dead-letters").path("dead_letters").size() == 1);
            for (var asked : List.of(viewer, fixture.operator())) {
                JsonNode shown = asked.get("/events?type=CommentCreated");
                assertThat(shown.findValuesAsText("revision")).containsExactly("1");
                assertThat(shown.toString() + asked.get("/dead-letters")).doesNotContain(SECRET);
            }
            for (String path : List.of("/events?type=CommentCreated", "/dead-letters")) {
                assertThat(director.get(path).toString()).contains(SECRET);
            }
        }
    }

    /** To event-bus itself, which cannot read it: an event must say what version it is of. */
    private static void redrive(org.perilune.chassis.settings.Settings settings, String message) throws Exception {
        var config = PostgresConfig.read(settings.at("event-bus"), 2);
        try (var postgres = Postgres.open(config, List.of("db/event-bus", Outbox.SCHEMA), new SimpleMeterRegistry())) {
            postgres.jdbi()
                    .useTransaction(transaction -> Outbox.redrive(
                            transaction, "event-bus.events", "forged", UUID.randomUUID(), message.getBytes(UTF_8)));
        }
    }
}
