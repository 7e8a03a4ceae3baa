package org.perilune.timeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.perilune.chassis.runtime.Service;
import org.perilune.chassis.runtime.Threads;

class TimelineFollowTest extends WithTimeline {
    private List<String> names(Service asked, String question) throws Exception {
        var names = new ArrayList<String>();
        Fixture.json(fixture.get(asked, question))
                .path("data")
                .forEach(event -> names.add(event.path("name").asText()));
        return names;
    }

    @Test
    void tellsFollowersOfEveryCopy() throws Exception {
        Service other = fixture.start(clock);
        var told = new CopyOnWriteArrayList<String>();
        var answer = fixture.http()
                .send(
                        fixture.request(other, "/stream?device=lunar-module", fixture.viewer())
                                .build(),
                        HttpResponse.BodyHandlers.ofInputStream());
        var lines = new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8));
        assertThat(lines.readLine()).isEqualTo(": follow");
        Threads.start("follower", () -> lines.lines().forEach(told::add));
        fixture.input(copy, "{\"name\":\"Elsewhere\",\"time\":\"2026-11-21T11:00:00Z\",\"device\":\"rover-1\"}");
        String id = fixture.input(copy, TURN).path("id").asText();
        await().until(() -> told.stream().anyMatch(line -> line.contains(id)));
        fixture.send("POST", copy, "/data/" + id + "/cancel", "{}");
        await().until(() -> told.stream().anyMatch(line -> line.contains(id) && line.contains("cancelled")));
        assertThat(told).contains("event: event").noneMatch(line -> line.contains("Elsewhere"));
    }

    @Test
    void followsThePredictionsOfTheLunarModule() throws Exception {
        fixture.others.predictions("""
                {"device":"lunar-module","orbit_version":1,"from":"2026-11-21T10:00:00Z",
                 "until":"2026-11-23T10:00:00Z","events":[
                 {"kind":"shadow","from":"2026-11-21T09:50:00Z","until":"2026-11-21T10:20:00Z"},
                 {"kind":"loss-of-signal","from":"2026-11-21T12:00:00Z","until":"2026-11-21T12:40:00Z"}]}
                """);
        await().atMost(java.time.Duration.ofSeconds(30))
                .until(() -> predicted().equals(Set.of("shadow 09:50 10:20", "loss-of-signal 12:00 12:40")));
        String id = Fixture.json(fixture.get(copy, "/data?kind=shadow"))
                .path("data")
                .path(0)
                .path("id")
                .asText();
        assertThat(fixture.send("PATCH", copy, "/data/" + id, "{\"version\":1,\"name\":\"x\"}")
                        .statusCode())
                .isEqualTo(409);

        // Another orbit: what has begun ends, what was to come is replaced.
        fixture.others.predictions("""
                {"device":"lunar-module","orbit_version":2,"from":"2026-11-21T10:00:00Z",
                 "until":"2026-11-23T10:00:00Z","events":[
                 {"kind":"loss-of-signal","from":"2026-11-21T13:00:00Z","until":"2026-11-21T13:40:00Z"}]}
                """);
        await().atMost(java.time.Duration.ofSeconds(30))
                .until(() -> predicted().equals(Set.of("shadow 09:50 10:00", "loss-of-signal 13:00 13:40")));
        assertThat(names(copy, "/data?from=2026-11-21T10:00:00Z&to=2026-11-21T10:00:00Z"))
                .containsExactly("In shadow");
    }

    private Set<String> predicted() throws Exception {
        var found = new HashSet<String>();
        Fixture.json(fixture.get(copy, "/data?state=predicted"))
                .path("data")
                .forEach(event -> found.add(event.path("kind").asText() + " "
                        + event.path("time").asText().substring(11, 16) + " "
                        + event.path("until").asText().substring(11, 16)));
        return found;
    }
}
