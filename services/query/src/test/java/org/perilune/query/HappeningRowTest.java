package org.perilune.query;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.perilune.chassis.CloudEvent;
import org.perilune.chassis.Json;

class HappeningRowTest {
    @Test
    void whoPostedByHandIsNamedWhateverTheDataSays() {
        assertThat(by(Map.of())).isEqualTo("anna");
        assertThat(by(Map.of(CloudEvent.POSTED_BY, "mallory"))).isEqualTo("mallory");
    }

    private static String by(Map<String, String> extensions) {
        var data = Json.mapper()
                .valueToTree(Map.of("at", "2026-11-21T10:00:00Z", "by", "anna", "summary", "anna approved it"));
        var event = new CloudEvent("1", "urn:x", "CommandApproved", Instant.EPOCH, null, data, extensions);
        return String.valueOf(HappeningRow.of(event).orElseThrow().by());
    }
}
