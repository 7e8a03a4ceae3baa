package org.perilune.eventbus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Events wait for services, though these were never started yet. */
class FirstStartTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    @TempDir
    Path home;

    @Test
    void eventsWaitForServicesThatWereNeverThere() throws Exception {
        try (var fixture = new BusFixture(home, Map.of())) {
            fixture.publish("CommentCreated", 1);
            fixture.publish("PostCreated", 2);
            await().atMost(TIMEOUT).untilAsserted(() -> {
                assertThat(waiting(fixture, "query.events")).isEqualTo(2);
                assertThat(waiting(fixture, "moderation.events")).isOne();
                assertThat(waiting(fixture, "comments.events")).isOne();
            });
        }
    }

    private static long waiting(BusFixture fixture, String queue) throws Exception {
        for (JsonNode found : fixture.operator().get("/queues").path("queues")) {
            if (found.path("name").asText().equals(queue)) {
                return found.path("waiting").asLong();
            }
        }
        return -1;
    }
}
