package org.perilune.query.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.perilune.chassis.json.Json;
import org.perilune.chassis.messaging.CloudEvent;

class ActivityRowTest {
    @Test
    void whoPostedByHandIsNamedWhateverTheDataSays() {
        assertThat(by(Map.of())).isEqualTo("anna");
        assertThat(by(Map.of(CloudEvent.POSTED_BY, "mallory"))).isEqualTo("mallory");
    }

    @Test
    void typesOfAServiceCountFromThereOnly() {
        var data = Json.mapper().valueToTree(Map.of("at", "2026-11-21T10:00:00Z", "summary", "The engine burned"));
        var forged = new CloudEvent("1", "urn:x", "CommandFinished", Instant.EPOCH, null, data, Map.of());
        var posted = new CloudEvent(
                "2", CloudEvent.sourceOf("event-bus"), "CommandFinished", Instant.EPOCH, null, data, Map.of());
        var real = new CloudEvent(
                "3", CloudEvent.sourceOf("command-dispatcher"), "CommandFinished", Instant.EPOCH, null, data, Map.of());
        var anybodys = new CloudEvent("4", "urn:x", "CoffeeMade", Instant.EPOCH, null, data, Map.of());
        assertThat(Batch.of(List.of(forged, posted, real, anybodys)).activities())
                .containsExactlyInAnyOrder(
                        ActivityRow.of(real).orElseThrow(),
                        ActivityRow.of(anybodys).orElseThrow());
    }

    private static String by(Map<String, String> extensions) {
        var data = Json.mapper()
                .valueToTree(Map.of("at", "2026-11-21T10:00:00Z", "by", "anna", "summary", "anna approved it"));
        var event = new CloudEvent("1", "urn:x", "CommandApproved", Instant.EPOCH, null, data, extensions);
        return String.valueOf(ActivityRow.of(event).orElseThrow().by());
    }
}
