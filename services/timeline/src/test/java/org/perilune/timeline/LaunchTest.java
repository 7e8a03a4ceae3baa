package org.perilune.timeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LaunchTest {
    private static final Instant START = Instant.parse("2026-11-21T10:00:00Z");

    private final MovingClock clock = new MovingClock(START);
    private Fixture fixture;

    @BeforeAll
    void open(@TempDir Path home) throws Exception {
        fixture = new Fixture(home);
    }

    @AfterEach
    void reset() throws Exception {
        fixture.gate.open();
        fixture.reset();
        clock.set(START);
    }

    @AfterAll
    void close() throws Exception {
        fixture.close();
    }

    private static String event(Instant time, String rest) {
        return """
                {"name":"Turn","time":"%s","device":"lunar-module",
                 "command":{"command_type":"SET_ATTITUDE","parameters":{"angle":12.5}}%s}
                """.formatted(time, rest);
    }

    @Test
    void sendsTheCommandOfADueEventOnBehalfOfWhoeverChangedItLast() throws Exception {
        TimelineService copy = fixture.start(clock);
        JsonNode event = fixture.input(copy, event(START.plusSeconds(60), ""));
        String id = event.path("id").asText();
        assertThat(event.path("state").asText()).isEqualTo("planned");
        clock.advance(Duration.ofSeconds(59));
        assertThat(fixture.others.taken()).isEmpty();

        clock.advance(Duration.ofSeconds(1));
        fixture.awaitState(copy, id, "dispatched");

        assertThat(fixture.others.taken()).hasSize(1);
        StandIns.Taken taken = fixture.others.taken().getFirst();
        assertThat(taken.key()).isEqualTo("timeline:" + id + ":2026-11-21T10:01:00Z");
        assertThat(taken.body().path("on_behalf_of").asText()).isEqualTo("jim");
        assertThat(taken.body().path("command_type").asText()).isEqualTo("SET_ATTITUDE");
        assertThat(taken.body().path("parameters").path("angle").asDouble()).isEqualTo(12.5);
        assertThat(fixture.event(copy, id).path("command_id").asText()).isEqualTo(taken.id());
    }

    @Test
    void launchesOnceWithTwoCopiesAndAcrossTheEndOfTheOneThatLaunches() throws Exception {
        TimelineService first = fixture.start(clock);
        TimelineService second = fixture.start(clock);
        var ids = new ArrayList<String>();
        for (int number = 0; number < 40; number++) {
            TimelineService copy = number % 2 == 0 ? first : second;
            JsonNode event = fixture.input(copy, event(START.plusSeconds(60 + number), ",\"if_missed\":\"run-once\""));
            ids.add(event.path("id").asText());
        }
        clock.advance(Duration.ofSeconds(80));
        await().until(() -> fixture.others.taken().size() >= 5);
        first.close();
        clock.advance(Duration.ofSeconds(60));

        for (String id : ids) {
            fixture.awaitState(second, id, "dispatched");
        }
        assertThat(fixture.others.taken()).hasSize(40);
        List<String> keys =
                fixture.others.sent().stream().map(StandIns.Sent::key).toList();
        assertThat(keys).doesNotHaveDuplicates();
    }
}
