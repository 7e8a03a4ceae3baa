package org.perilune.timeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.perilune.chassis.runtime.Service;
import org.perilune.testkit.Gate;

/** Copies that end, fall silent or lose MongoDB while events are due. */
class LaunchRecoveryTest extends OnTheTimeline {

    @Test
    void tellsWhatWasTakenThoughMongoDbWasAwayMeanwhile() throws Exception {
        Service copy = fixture.start(clock);
        String id =
                fixture.input(copy, event(START.plusSeconds(60), "")).path("id").asText();
        fixture.others.whenTaken(() -> {
            try {
                fixture.gate.shut();
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
        });
        clock.advance(Duration.ofSeconds(60));
        await().until(() -> !fixture.others.taken().isEmpty());
        await().atMost(Duration.ofSeconds(20))
                .until(() -> fixture.get(copy, "/ready").statusCode() == 503);
        clock.advance(Duration.ofMinutes(1));

        fixture.gate.open();

        fixture.awaitReady(copy);
        await().atMost(Duration.ofSeconds(20))
                .until(() -> fixture.event(copy, id).path("state").asText(), state -> !state.equals("dispatching"));
        assertThat(fixture.event(copy, id).path("command_id").asText())
                .isEqualTo(fixture.others.taken().getFirst().id());
    }

    @Test
    void launchesOnceWithTwoCopiesAndAcrossTheEndOfTheOneThatLaunches() throws Exception {
        Service first = fixture.start(clock);
        Service second = fixture.start(clock);
        var ids = new ArrayList<String>();
        for (int number = 0; number < 40; number++) {
            Service copy = number % 2 == 0 ? first : second;
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

    @Test
    void takesOverFromACopyThatFellSilent() throws Exception {
        try (Gate way = fixture.way()) {
            Service first = fixture.start(clock, way);
            JsonNode event = fixture.input(first, event(START.plusSeconds(60), ""));
            Service second = fixture.start(clock);
            way.shut();
            await().atMost(Duration.ofSeconds(10))
                    .until(() -> fixture.database()
                                            .getCollection("lease")
                                            .find()
                                            .first()
                                            .get("fence")
                                    instanceof Long fence
                            && fence == 2);
            clock.advance(Duration.ofSeconds(60));

            fixture.awaitState(second, event.path("id").asText(), "dispatched");
            assertThat(fixture.others.sent()).hasSize(1);
        }
    }

    @Test
    void goesOnWithWhatACopyThatEndedHadClaimed() throws Exception {
        Service first = fixture.start(clock);
        String id = fixture.input(first, event(START.plusSeconds(60), ""))
                .path("id")
                .asText();
        fixture.others.mood(StandIns.Mood.LOSES_ANSWERS);
        clock.advance(Duration.ofSeconds(60));
        await().until(() -> !fixture.others.taken().isEmpty());
        fixture.stopCopies();
        fixture.others.mood(StandIns.Mood.TAKES);
        clock.advance(Duration.ofSeconds(5));

        Service second = fixture.start(clock);

        fixture.awaitState(second, id, "dispatched");
        assertThat(fixture.others.taken()).hasSize(1);
        assertThat(fixture.event(second, id).path("command_id").asText())
                .isEqualTo(fixture.others.taken().getFirst().id());
    }

    @Test
    void recoversWhenMongoDbIsBack() throws Exception {
        Service copy = fixture.start(clock);
        String skipped =
                fixture.input(copy, event(START.plusSeconds(60), "")).path("id").asText();
        String once = fixture.input(copy, event(START.plusSeconds(60), ",\"if_missed\":\"run-once\""))
                .path("id")
                .asText();
        String plain = fixture.input(copy, "{\"name\":\"Note\",\"time\":\"" + START.plusSeconds(60) + "\"}")
                .path("id")
                .asText();
        String later = fixture.input(copy, event(START.plusSeconds(7200), ""))
                .path("id")
                .asText();
        fixture.gate.shut();
        await().atMost(Duration.ofSeconds(20))
                .until(() -> fixture.get(copy, "/ready").statusCode() == 503);
        var refused = fixture.send("POST", copy, "/input", event(START.plusSeconds(60), ""));
        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(refused.body()).contains("MongoDB is away");
        clock.advance(Duration.ofHours(1));

        fixture.gate.open();

        fixture.awaitReady(copy);
        fixture.awaitState(copy, once, "dispatched");
        fixture.awaitState(copy, skipped, "missed");
        fixture.awaitState(copy, plain, "passed");
        clock.advance(Duration.ofHours(1));
        fixture.awaitState(copy, later, "dispatched");
        assertThat(fixture.others.taken()).hasSize(2);
    }
}
