package org.perilune.timeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.perilune.chassis.runtime.Service;

/** On whose behalf commands are dispatched: nobody may come to approve what they asked for themselves. */
class AskerTest extends OnTheTimeline {

    @Test
    void whoSaysWhatOrWhereAsksForTheCommandAndWhoSaysOnlyWhenDoesNot() throws Exception {
        Service copy = fixture.start(clock);
        String gene = fixture.others.token("gene", "operator");
        var changes = Map.of(
                "renamed", "\"name\":\"Roll\"",
                "moved", "\"time\":\"" + START.plusSeconds(61) + "\"",
                "lenient", "\"if_missed\":\"run-once\"",
                "redirected", "\"device\":\"buoy-1\"",
                "replaced", "\"command\":{\"command_type\":\"ABORT\",\"parameters\":{}}");
        var names = new HashMap<String, String>();
        for (var change : changes.entrySet()) {
            String id = fixture.input(copy, event(START.plusSeconds(60), ""))
                    .path("id")
                    .asText();
            names.put(id, change.getKey());
            String body = "{\"version\":1," + change.getValue() + "}";
            var answer = fixture.sendAs(gene, "PATCH", copy, "/data/" + id, body);
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        }
        clock.advance(Duration.ofSeconds(61));
        for (String id : names.keySet()) {
            fixture.awaitState(copy, id, "dispatched");
        }
        assertThat(fixture.others.taken())
                .extracting(taken -> names.get(taken.key().split(":")[1]) + " by "
                        + taken.body().path("on_behalf_of").asText())
                .containsExactlyInAnyOrder(
                        "renamed by jim", "moved by jim", "lenient by jim", "redirected by gene", "replaced by gene");
    }

    @Test
    void anEventMadeRepeatedByAnotherIsStillItsAskers() throws Exception {
        Service copy = fixture.start(clock);
        String gene = fixture.others.token("gene", "operator");
        String id =
                fixture.input(copy, event(START.plusSeconds(60), "")).path("id").asText();
        var answer = fixture.sendAs(gene, "PATCH", copy, "/data/" + id, "{\"version\":1,\"repeat\":\"* * * * *\"}");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        clock.advance(Duration.ofSeconds(60));
        await().until(() -> !fixture.others.taken().isEmpty());
        assertThat(fixture.others.taken().getFirst().body().path("on_behalf_of").asText())
                .isEqualTo("jim");
    }
}
