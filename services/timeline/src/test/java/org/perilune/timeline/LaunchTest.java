package org.perilune.timeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
    void whoOnlyRenamesAnEventDoesNotAskForItsCommand() throws Exception {
        TimelineService copy = fixture.start(clock);
        String renamed =
                fixture.input(copy, event(START.plusSeconds(60), "")).path("id").asText();
        String moved =
                fixture.input(copy, event(START.plusSeconds(60), "")).path("id").asText();
        String gene = fixture.others.token("gene", "operator");
        for (var change : Map.of(
                        renamed,
                        "{\"version\":1,\"name\":\"Roll\"}",
                        moved,
                        "{\"version\":1,\"time\":\"" + START.plusSeconds(61) + "\"}")
                .entrySet()) {
            var answer = fixture.sendAs(gene, "PATCH", copy, "/data/" + change.getKey(), change.getValue());
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        }
        clock.advance(Duration.ofSeconds(61));
        fixture.awaitState(copy, renamed, "dispatched");
        fixture.awaitState(copy, moved, "dispatched");
        assertThat(fixture.others.taken())
                .extracting(taken -> taken.key().contains(moved) + " "
                        + taken.body().path("on_behalf_of").asText())
                .containsExactlyInAnyOrder("false jim", "true gene");
    }

    @Test
    void tellsWhatWasTakenThoughMongoDbWasAwayMeanwhile() throws Exception {
        TimelineService copy = fixture.start(clock);
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
    void sendsTheCommandOfADueEventOnBehalfOfWhoeverAskedLast() throws Exception {
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

    @Test
    void takesOverFromACopyThatFellSilent() throws Exception {
        try (Gate way = fixture.way()) {
            TimelineService first = fixture.start(clock, way);
            JsonNode event = fixture.input(first, event(START.plusSeconds(60), ""));
            TimelineService second = fixture.start(clock);
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
        TimelineService first = fixture.start(clock);
        String id = fixture.input(first, event(START.plusSeconds(60), ""))
                .path("id")
                .asText();
        fixture.others.mood(StandIns.Mood.LOSES_ANSWERS);
        clock.advance(Duration.ofSeconds(60));
        await().until(() -> !fixture.others.taken().isEmpty());
        fixture.stopCopies();
        fixture.others.mood(StandIns.Mood.TAKES);
        clock.advance(Duration.ofSeconds(5));

        TimelineService second = fixture.start(clock);

        fixture.awaitState(second, id, "dispatched");
        assertThat(fixture.others.taken()).hasSize(1);
        assertThat(fixture.event(second, id).path("command_id").asText())
                .isEqualTo(fixture.others.taken().getFirst().id());
    }

    @Test
    void launchesLateOnlyWhatMayBeLate() throws Exception {
        TimelineService copy = fixture.start(clock);
        String skipped =
                fixture.input(copy, event(START.plusSeconds(60), "")).path("id").asText();
        String once = fixture.input(copy, event(START.plusSeconds(60), ",\"if_missed\":\"run-once\""))
                .path("id")
                .asText();
        fixture.others.mood(StandIns.Mood.UNAVAILABLE);
        clock.advance(Duration.ofSeconds(60));
        fixture.awaitState(copy, skipped, "dispatching");
        fixture.awaitState(copy, once, "dispatching");
        clock.advance(Duration.ofSeconds(3));
        fixture.awaitState(copy, skipped, "missed");
        assertThat(fixture.event(copy, skipped).path("detail").asText()).contains("did not take it in time");

        fixture.others.mood(StandIns.Mood.TAKES);

        fixture.awaitState(copy, once, "dispatched");
        assertThat(fixture.others.taken()).hasSize(1);
        assertThat(fixture.others.taken().getFirst().key()).contains(once);
    }

    @Test
    void triesAgainWhileTheEventIsStillOnTime() throws Exception {
        TimelineService copy = fixture.start(clock);
        String id =
                fixture.input(copy, event(START.plusSeconds(60), "")).path("id").asText();
        fixture.others.mood(StandIns.Mood.UNAVAILABLE);
        clock.advance(Duration.ofSeconds(60));
        fixture.awaitState(copy, id, "dispatching");
        fixture.others.mood(StandIns.Mood.TAKES);
        fixture.awaitState(copy, id, "dispatched");
    }

    @Test
    void doesNotClaimToKnowWhatItCannot() throws Exception {
        TimelineService copy = fixture.start(clock);
        String id =
                fixture.input(copy, event(START.plusSeconds(60), "")).path("id").asText();
        fixture.others.mood(StandIns.Mood.LOSES_ANSWERS);
        clock.advance(Duration.ofSeconds(60));
        await().until(() -> fixture.others.sent().size() > 1);
        clock.advance(Duration.ofSeconds(60));
        fixture.awaitState(copy, id, "failed");
        assertThat(fixture.event(copy, id).path("detail").asText()).contains("not known whether");
        assertThat(fixture.others.taken()).hasSize(1);
    }

    @Test
    void saysWhyTheDispatcherRefused() throws Exception {
        TimelineService copy = fixture.start(clock);
        String id =
                fixture.input(copy, event(START.plusSeconds(60), "")).path("id").asText();
        fixture.others.mood(StandIns.Mood.REFUSES);
        clock.advance(Duration.ofSeconds(60));
        fixture.awaitState(copy, id, "failed");
        assertThat(fixture.event(copy, id).path("detail").asText()).contains("there is no such command");
    }

    @Test
    void recoversWhenMongoDbIsBack() throws Exception {
        TimelineService copy = fixture.start(clock);
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

    @Test
    void makesAnEventOfEachOccurrenceAndOneOfThoseThatWereMissed() throws Exception {
        TimelineService copy = fixture.start(clock);
        JsonNode series = fixture.input(copy, event(START, ",\"repeat\":\"*/10 * * * *\""));
        String id = series.path("id").asText();
        assertThat(series.path("time").asText()).isEqualTo("2026-11-21T10:00:00Z");
        await().until(() -> occurrences(copy, id).size() == 1);
        assertThat(fixture.event(copy, id).path("time").asText()).isEqualTo("2026-11-21T10:10:00Z");
        clock.set(START.plusSeconds(600));
        await().until(() -> states(copy, id).equals(List.of("dispatched", "dispatched")));

        fixture.stopCopies();
        clock.set(Instant.parse("2026-11-21T14:35:00Z"));
        TimelineService other = fixture.start(clock);

        await().until(() -> states(other, id).equals(List.of("dispatched", "dispatched", "missed")));
        JsonNode missed = occurrences(other, id).getLast();
        assertThat(missed.path("time").asText()).isEqualTo("2026-11-21T14:30:00Z");
        assertThat(missed.path("detail").asText()).contains("2026-11-21T10:20:00Z");
        await().until(() -> fixture.event(other, id).path("time").asText().equals("2026-11-21T14:40:00Z"));
        assertThat(fixture.others.taken()).hasSize(2);
    }

    private List<String> states(TimelineService copy, String series) throws Exception {
        return occurrences(copy, series).stream()
                .map(event -> event.path("state").asText())
                .toList();
    }

    private List<JsonNode> occurrences(TimelineService copy, String series) throws Exception {
        var occurrences = new ArrayList<JsonNode>();
        for (JsonNode event : Fixture.json(fixture.get(copy, "/data")).path("data")) {
            if (event.path("series").asText().equals(series)) {
                occurrences.add(event);
            }
        }
        return occurrences;
    }
}
