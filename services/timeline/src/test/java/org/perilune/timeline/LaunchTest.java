package org.perilune.timeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.perilune.chassis.runtime.Service;

class LaunchTest extends OnTheTimeline {

    @Test
    void sendsTheCommandOfADueEventOnBehalfOfWhoeverAskedLast() throws Exception {
        Service copy = fixture.start(clock);
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
    void launchesLateOnlyWhatMayBeLate() throws Exception {
        Service copy = fixture.start(clock);
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
        Service copy = fixture.start(clock);
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
        Service copy = fixture.start(clock);
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
        Service copy = fixture.start(clock);
        String id =
                fixture.input(copy, event(START.plusSeconds(60), "")).path("id").asText();
        fixture.others.mood(StandIns.Mood.REFUSES);
        clock.advance(Duration.ofSeconds(60));
        fixture.awaitState(copy, id, "failed");
        assertThat(fixture.event(copy, id).path("detail").asText()).contains("there is no such command");
    }

    @Test
    void makesAnEventOfEachOccurrenceAndOneOfThoseThatWereMissed() throws Exception {
        Service copy = fixture.start(clock);
        JsonNode series = fixture.input(copy, event(START, ",\"repeat\":\"*/10 * * * *\""));
        String id = series.path("id").asText();
        assertThat(series.path("time").asText()).isEqualTo("2026-11-21T10:00:00Z");
        await().until(() -> occurrences(copy, id).size() == 1);
        assertThat(fixture.event(copy, id).path("time").asText()).isEqualTo("2026-11-21T10:10:00Z");
        clock.set(START.plusSeconds(600));
        await().until(() -> states(copy, id).equals(List.of("dispatched", "dispatched")));

        fixture.stopCopies();
        clock.set(Instant.parse("2026-11-21T14:35:00Z"));
        Service other = fixture.start(clock);

        await().until(() -> states(other, id).equals(List.of("dispatched", "dispatched", "missed")));
        JsonNode missed = occurrences(other, id).getLast();
        assertThat(missed.path("time").asText()).isEqualTo("2026-11-21T14:30:00Z");
        assertThat(missed.path("detail").asText()).contains("2026-11-21T10:20:00Z");
        await().until(() -> fixture.event(other, id).path("time").asText().equals("2026-11-21T14:40:00Z"));
        assertThat(fixture.others.taken()).hasSize(2);
    }

    private List<String> states(Service copy, String series) throws Exception {
        return occurrences(copy, series).stream()
                .map(event -> event.path("state").asText())
                .toList();
    }

    private List<JsonNode> occurrences(Service copy, String series) throws Exception {
        var occurrences = new ArrayList<JsonNode>();
        for (JsonNode event : Fixture.json(fixture.get(copy, "/data")).path("data")) {
            if (event.path("series").asText().equals(series)) {
                occurrences.add(event);
            }
        }
        return occurrences;
    }
}
