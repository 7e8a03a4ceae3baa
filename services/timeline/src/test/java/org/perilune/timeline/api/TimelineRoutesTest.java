package org.perilune.timeline.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.perilune.chassis.runtime.Service;
import org.perilune.timeline.Fixture;
import org.perilune.timeline.StandIns;
import org.perilune.timeline.WithTimeline;

class TimelineRoutesTest extends WithTimeline {
    private static Set<String> fields(HttpResponse<String> answer) throws Exception {
        var fields = new HashSet<String>();
        Fixture.json(answer)
                .path("errors")
                .forEach(error -> fields.add(error.path("field").asText()));
        return fields;
    }

    @Test
    void namesEveryFaultByItsField() throws Exception {
        var answer = fixture.send("POST", copy, "/input", """
                {"name":" ","time":"tomorrow","device":"a b","tiem":1,"if_missed":"later","repeat":"* *",
                 "command":{"command_type":"","parameters":[],"expires_in":0,"verify":{}}}
                """);
        assertThat(answer.statusCode()).isEqualTo(422);
        assertThat(fields(answer))
                .containsExactlyInAnyOrder(
                        "name",
                        "time",
                        "device",
                        "tiem",
                        "if_missed",
                        "repeat",
                        "command.command_type",
                        "command.parameters",
                        "command.expires_in",
                        "command.verify");
        var none = fixture.send("POST", copy, "/input", "{}");
        assertThat(fields(none)).containsExactlyInAnyOrder("name", "time");
        var late = fixture.send("POST", copy, "/input", "{\"name\":\"x\",\"time\":\"+10000-01-01T00:00:00Z\"}");
        assertThat(fields(late)).containsExactly("time");
        var never = fixture.send(
                "POST", copy, "/input", "{\"name\":\"x\",\"time\":\"2026-11-21T11:00:00Z\",\"repeat\":\"0 0 31 2 *\"}");
        assertThat(fields(never)).containsExactly("repeat");
        assertThat(fixture.send("POST", copy, "/input", "[]").statusCode()).isEqualTo(422);
        assertThat(fixture.send("POST", copy, "/input", "{").statusCode()).isEqualTo(400);
        assertThat(fixture.database().getCollection("event").countDocuments()).isZero();
    }

    @Test
    void isNeverEarlierThanAskedFor() throws Exception {
        JsonNode event = fixture.input(copy, TURN.replace("11:00:00Z", "11:00:00.000001Z"));
        assertThat(event.path("time").asText()).isEqualTo("2026-11-21T11:00:00.001Z");
    }

    @Test
    void refusesAtOnceWhatTheDispatcherWouldRefuse() throws Exception {
        String wrong = TURN.replace("SET_ATTITUDE", "NO_SUCH");
        var answer = fixture.send("POST", copy, "/input", wrong);
        assertThat(answer.statusCode()).isEqualTo(422);
        assertThat(fields(answer)).containsExactly("command.command_type");

        fixture.others.mood(StandIns.Mood.UNAVAILABLE);
        assertThat(fixture.send("POST", copy, "/input", wrong).statusCode()).isEqualTo(201);
    }

    @Test
    void makesOneEventOfARepeatedRequest() throws Exception {
        String[] key = {"Idempotency-Key", "turn-1"};
        List<Callable<HttpResponse<String>>> twins = new ArrayList<>();
        for (int number = 0; number < 8; number++) {
            twins.add(() -> fixture.send("POST", copy, "/input", TURN, key));
        }
        var ids = new HashSet<String>();
        var statuses = new ArrayList<Integer>();
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<HttpResponse<String>> answer : executor.invokeAll(twins)) {
                statuses.add(answer.get().statusCode());
                ids.add(Fixture.json(answer.get()).path("id").asText());
            }
        }
        assertThat(ids).hasSize(1);
        assertThat(statuses).containsOnlyOnce(201).contains(200);
        var other = fixture.send("POST", copy, "/input", TURN.replace("Turn", "Burn"), key);
        assertThat(other.statusCode()).isEqualTo(409);
        assertThat(fixture.database().getCollection("event").countDocuments()).isEqualTo(1);
    }

    @Test
    void storesAllOrNoneAndTheSameOnce() throws Exception {
        String good = "{\"events\":[" + TURN + "," + TURN + "," + TURN + "]}";
        String bad = "{\"events\":[" + TURN + ",{\"name\":\"x\"}]}";
        var refused = fixture.send("POST", copy, "/inputs", bad);
        assertThat(refused.statusCode()).isEqualTo(422);
        assertThat(fields(refused)).containsExactly("events[1].time");
        assertThat(fixture.database().getCollection("event").countDocuments()).isZero();

        var first = fixture.send("POST", copy, "/inputs", good, "Idempotency-Key", "three");
        var second = fixture.send("POST", copy, "/inputs", good, "Idempotency-Key", "three");
        assertThat(first.statusCode()).isEqualTo(201);
        assertThat(second.statusCode()).isEqualTo(200);
        assertThat(Fixture.json(second)).isEqualTo(Fixture.json(first));
        assertThat(Fixture.json(first).path("data")).hasSize(3);
        assertThat(fixture.send("POST", copy, "/inputs", "{\"events\":[" + TURN + "]}", "Idempotency-Key", "three")
                        .statusCode())
                .isEqualTo(409);
    }

    @Test
    void changesOnlyTheNewestVersion() throws Exception {
        JsonNode event = fixture.input(copy, TURN);
        String path = "/data/" + event.path("id").asText();
        assertThat(event.path("device").asText()).isEqualTo("lunar-module");
        String flight = fixture.others.token("gene", "flight-director");

        var changed =
                fixture.sendAs(flight, "PATCH", copy, path, "{\"version\":1,\"name\":\"Turn later\",\"command\":null}");
        assertThat(changed.statusCode()).isEqualTo(200);
        JsonNode now = Fixture.json(changed);
        assertThat(now.path("name").asText()).isEqualTo("Turn later");
        assertThat(now.path("command").isNull()).isTrue();
        assertThat(now.path("version").asLong()).isEqualTo(2);
        assertThat(now.path("changed_by").asText()).isEqualTo("gene");
        assertThat(now.path("created_by").asText()).isEqualTo("jim");
        assertThat(fixture.send("PATCH", copy, path, "{\"version\":1,\"name\":\"No\"}")
                        .statusCode())
                .isEqualTo(409);
        assertThat(fields(fixture.send("PATCH", copy, path, "{\"name\":\"No\"}")))
                .containsExactly("version");
        assertThat(fixture.send("POST", copy, path + "/cancel", "{\"version\":1}")
                        .statusCode())
                .isEqualTo(409);
        assertThat(Fixture.json(fixture.send("POST", copy, path + "/cancel", ""))
                        .path("state")
                        .asText())
                .isEqualTo("cancelled");
        assertThat(fixture.send("PATCH", copy, path, "{\"version\":3,\"name\":\"No\"}")
                        .statusCode())
                .isEqualTo(409);
    }

    @Test
    void letsOneOfManyChangesWin() throws Exception {
        String path = "/data/" + fixture.input(copy, TURN).path("id").asText();
        List<Callable<Integer>> rivals = new ArrayList<>();
        for (int number = 0; number < 8; number++) {
            String body = "{\"version\":1,\"name\":\"Rival " + number + "\"}";
            rivals.add(() -> fixture.send("PATCH", copy, path, body).statusCode());
        }
        var statuses = new ArrayList<Integer>();
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Integer> rival : executor.invokeAll(rivals)) {
                statuses.add(rival.get());
            }
        }
        assertThat(statuses).containsOnlyOnce(200).containsOnly(200, 409);
    }

    @Test
    void letsViewersReadOnly() throws Exception {
        var answer = fixture.sendAs(fixture.viewer(), "POST", copy, "/input", TURN);
        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(fixture.get(copy, "/data").statusCode()).isEqualTo(200);
        assertThat(fixture.get(copy, "/data/x").statusCode()).isEqualTo(404);
    }

    @Test
    void givesPagesInTheOrderOfTime() throws Exception {
        Service other = fixture.start(clock);
        for (int number = 24; number > 0; number--) {
            String device = number % 2 == 0 ? "rover-1" : "rover-2";
            fixture.input(
                    number % 3 == 0 ? other : copy,
                    "{\"name\":\"n%d\",\"time\":\"%s\",\"device\":\"%s\"}"
                            .formatted(number, START.plusSeconds(number * 60L), device));
        }
        await().until(() -> names(copy, "/data?limit=100").size() == 24);
        String question = "/data?limit=5&device=rover-1&state=planned&state=passed&kind=planned&from="
                + START.plusSeconds(240) + "&to=" + START.plusSeconds(1_200);
        var names = new ArrayList<>(names(copy, question));
        String next = Fixture.json(fixture.get(copy, question)).path("next").asText();
        var rest = Fixture.json(fixture.get(copy, question + "&cursor=" + next));
        rest.path("data").forEach(event -> names.add(event.path("name").asText()));
        assertThat(names).containsExactly("n4", "n6", "n8", "n10", "n12", "n14", "n16", "n18", "n20");
        assertThat(rest.path("next").isNull()).isTrue();

        assertThat(fixture.get(copy, "/data?cursor=" + next).statusCode()).isEqualTo(400);
        for (String bad : List.of(
                "limit=0",
                "limit=1001",
                "state=lost",
                "kind=x",
                "form=1",
                "from=now",
                "cursor=%00",
                "from=2027-01-01T00:00:00Z&to=2026-01-01T00:00:00Z")) {
            assertThat(fixture.get(copy, "/data?" + bad).statusCode()).as(bad).isEqualTo(400);
        }
    }

    private List<String> names(Service asked, String question) throws Exception {
        var names = new ArrayList<String>();
        Fixture.json(fixture.get(asked, question))
                .path("data")
                .forEach(event -> names.add(event.path("name").asText()));
        return names;
    }
}
