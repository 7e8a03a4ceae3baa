package org.perilune.timeline.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.perilune.chassis.messaging.CloudEvent;
import org.perilune.chassis.mongo.MongoOutbox;
import org.perilune.chassis.runtime.Service;
import org.perilune.timeline.OnTheTimeline;

/** What the rest of the mission hears of the timeline. */
class TimelineEventsTest extends OnTheTimeline {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private List<CloudEvent> of(String id) {
        return fixture.heard.all().stream()
                .filter(event -> id.equals(event.subject()))
                .toList();
    }

    private List<String> summaries(String id) {
        return of(id).stream()
                .map(event -> Objects.requireNonNullElse(event.data(), MissingNode.getInstance())
                        .path("summary")
                        .asText())
                .toList();
    }

    private void awaitSummaries(String id, String... wanted) {
        await().atMost(TIMEOUT).untilAsserted(() -> assertThat(summaries(id)).containsExactly(wanted));
    }

    private String plan(Service copy, String rest) throws Exception {
        String body = "{\"name\":\"Turn\",\"time\":\"%s\",\"device\":\"lunar-module\"%s}"
                .formatted(START.plusSeconds(60), rest);
        return fixture.input(copy, body).path("id").asText();
    }

    @Test
    void whatPeopleDoWithAnEventIsToldOnce() throws Exception {
        Service copy = fixture.start(clock);
        Service other = fixture.start(clock);
        String id = plan(copy, "");
        awaitSummaries(id, "jim planned Turn for 2026-11-21T10:01:00Z");
        String change = "{\"version\":1,\"name\":\"Roll\"}";
        assertThat(fixture.send("PATCH", other, "/data/" + id, change).statusCode())
                .isEqualTo(200);
        assertThat(fixture.send("PATCH", copy, "/data/" + id, change).statusCode())
                .isEqualTo(409);
        fixture.send("POST", copy, "/data/" + id + "/cancel", "{}");
        fixture.send("POST", copy, "/data/" + id + "/cancel", "{}");
        awaitSummaries(
                id,
                "jim planned Turn for 2026-11-21T10:01:00Z",
                "jim changed name of Turn",
                "jim cancelled Roll, which was planned for 2026-11-21T10:01:00Z");
        awaitNothingPending();
        assertThat(summaries(id)).hasSize(3);
        JsonNode data = Objects.requireNonNull(of(id).getLast().data());
        assertThat(data.path("by").asText()).isEqualTo("jim");
        assertThat(data.path("device").asText()).isEqualTo("lunar-module");
        assertThat(data.path("state").asText()).isEqualTo("cancelled");
        assertThat(fixture.event(copy, id).path("version").asInt()).isEqualTo(3);
    }

    private void awaitNothingPending() {
        await().atMost(TIMEOUT).until(() -> {
            for (var document : fixture.database().getCollection("event").find()) {
                if (!document.getList(MongoOutbox.FIELD, Object.class, List.of())
                        .isEmpty()) {
                    return false;
                }
            }
            return true;
        });
    }

    @Test
    void whatBecomesOfItIsTold() throws Exception {
        Service copy = fixture.start(clock);
        String command = ",\"command\":{\"command_type\":\"SET_ATTITUDE\",\"parameters\":{\"angle\":12.5}}";
        String dispatched = plan(copy, command);
        String passed = plan(copy, "");
        clock.advance(Duration.ofSeconds(60));
        String planned = "jim planned Turn for 2026-11-21T10:01:00Z";
        awaitSummaries(passed, planned, "Turn was due");
        awaitSummaries(dispatched, planned, "Turn was due; SET_ATTITUDE was sent to lunar-module on behalf of jim");
        JsonNode data = Objects.requireNonNull(of(dispatched).getLast().data());
        assertThat(data.path("command_id").asText())
                .isEqualTo(fixture.others.taken().getFirst().id());
        assertThat(data.path("by").isNull()).isTrue();
    }

    @Test
    void manyAtOnceAreToldAllAndRefusedOnesNot() throws Exception {
        Service copy = fixture.start(clock);
        String one = "{\"name\":\"Note\",\"time\":\"" + START.plusSeconds(3600) + "\"}";
        String many = "{\"events\":[" + String.join(",", Collections.nCopies(500, one)) + "%s]}";
        assertThat(fixture.send("POST", copy, "/inputs", many.formatted(",{\"name\":\"\"}"))
                        .statusCode())
                .isEqualTo(422);
        assertThat(fixture.send("POST", copy, "/inputs", many.formatted("")).statusCode())
                .isEqualTo(201);
        await().atMost(TIMEOUT).until(() -> fixture.heard.all().size() >= 500);
        awaitNothingPending();
        assertThat(fixture.heard.all().stream().map(CloudEvent::subject).distinct())
                .hasSize(500);
    }

    @Test
    void eventsAreTakenWhileTheBrokerIsAwayAndToldByTheNextCopy() throws Exception {
        Service copy = fixture.start(clock);
        fixture.broker.shut();
        String id = plan(copy, "");
        assertThat(fixture.get(copy, "/ready").statusCode()).isEqualTo(200);
        assertThat(of(id)).isEmpty();
        fixture.stopCopies();
        fixture.broker.open();
        fixture.start(clock);
        awaitSummaries(id, "jim planned Turn for 2026-11-21T10:01:00Z");
        awaitNothingPending();
    }

    @Test
    void whatIsLongPastStaysUntilItIsTold() throws Exception {
        Service copy = fixture.start(clock);
        String longPast = "{\"name\":\"Turn\",\"time\":\"" + START.minus(Duration.ofDays(400)) + "\"}";
        String told = fixture.input(copy, longPast).path("id").asText();
        await().atMost(TIMEOUT).until(() -> of(told).size() == 2);
        awaitNothingPending();
        fixture.broker.shut();
        String untold = fixture.input(copy, longPast).path("id").asText();
        await().atMost(TIMEOUT)
                .until(() -> !fixture.event(copy, untold).path("state").asText().equals("planned"));
        fixture.stopCopies();
        Service next = fixture.start(clock);
        await().atMost(TIMEOUT).until(() -> fixture.get(next, "/data/" + told).statusCode() == 404);
        assertThat(fixture.get(next, "/data/" + untold).statusCode()).isEqualTo(200);
        fixture.broker.open();
        await().atMost(TIMEOUT).until(() -> of(untold).size() == 2);
    }
}
