package org.perilune.telemetry.gap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.perilune.telemetry.IngestFixture.NOON_MICROS;
import static org.perilune.telemetry.IngestFixture.frame;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.perilune.chassis.messaging.CloudEvent;
import org.perilune.telemetry.IngestFixture;
import org.perilune.testkit.HeardEvents;

/** What the rest of the mission hears of frames that are missing. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class GapEventsTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(40);
    private IngestFixture fixture;
    private HeardEvents heard;

    @BeforeAll
    void start(@TempDir Path home) throws Exception {
        fixture = new IngestFixture(home);
        heard = fixture.listen();
    }

    @AfterAll
    void stop() throws Exception {
        heard.close();
        fixture.close();
    }

    private void send(String device, int from, int to) {
        for (int seq = from; seq <= to; seq++) {
            fixture.send(device, 1, frame(seq, NOON_MICROS + seq * 1_000_000L));
        }
    }

    private List<JsonNode> of(String device) {
        return heard.all().stream()
                .filter(event -> device.equals(event.subject()))
                .map(CloudEvent::data)
                .map(data -> Objects.requireNonNullElse(data, MissingNode.getInstance()))
                .toList();
    }

    private List<String> summaries(String device) {
        return of(device).stream().map(data -> data.path("summary").asText()).toList();
    }

    @Test
    void anOutageIsOneGapThatIsFilledOnceAndWhatIsOnlyOutOfOrderIsNone() throws Exception {
        String found = "5 frames of holed are missing since 2027-01-15T08:00:02Z";
        String filled = "The 5 frames of holed that were missing since 2027-01-15T08:00:02Z have come";
        try (var first = fixture.service();
                var second = fixture.service()) {
            assertThat(first.port()).isNotEqualTo(second.port());
            send("holed", 1, 2);
            send("holed", 6, 6);
            send("holed", 9, 10);
            send("mixed", 2, 3);
            send("mixed", 1, 1);
            await().atMost(TIMEOUT)
                    .untilAsserted(() -> assertThat(summaries("holed")).containsExactly(found));
            JsonNode data = of("holed").getFirst();
            assertThat(data.path("device").asText()).isEqualTo("holed");
            assertThat(data.path("missing").asInt()).isEqualTo(5);
            assertThat(data.path("seq_from").asText()).isEqualTo("3");
            send("holed", 3, 5);
            send("holed", 7, 8);
            await().atMost(TIMEOUT)
                    .untilAsserted(() -> assertThat(summaries("holed")).containsExactly(found, filled));
            assertThat(of("holed").getLast().path("id")).isEqualTo(data.path("id"));
        }
        assertThat(summaries("mixed")).isEmpty();
    }

    @Test
    void whatACopyFoundAnotherTellsAsFilled() throws Exception {
        try (var service = fixture.service()) {
            assertThat(service.port()).isPositive();
            send("handed", 2, 2);
            await().atMost(TIMEOUT)
                    .untilAsserted(() -> assertThat(summaries("handed"))
                            .containsExactly("1 frame of handed is missing from the beginning of its journal"));
        }
        try (var service = fixture.service()) {
            assertThat(service.port()).isPositive();
            send("handed", 1, 1);
            await().atMost(TIMEOUT)
                    .untilAsserted(() -> assertThat(summaries("handed"))
                            .hasSize(2)
                            .last()
                            .isEqualTo("The frame of handed that was missing has come"));
        }
    }
}
