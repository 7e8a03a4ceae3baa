package org.perilune.commanddispatcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.perilune.contracts.Activity.Type.COMMAND_ACCEPTED;
import static org.perilune.contracts.Activity.Type.COMMAND_APPROVED;
import static org.perilune.contracts.Activity.Type.COMMAND_FINISHED;
import static org.perilune.contracts.Activity.Type.COMMAND_HELD;

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

/** What the rest of the mission hears of commands. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CommandEventsTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final String REPORT = "{\"command_type\":\"SET_REPORT_INTERVAL\",\"parameters\":{\"interval\":5}%s}";
    private static final String FIRE = "{\"command_type\":\"FIRE_ENGINE\",\"parameters\":{\"delta_v\":5}}";
    private DispatchFixture house;

    @BeforeAll
    void start(@TempDir Path home) throws Exception {
        house = new DispatchFixture(home);
    }

    @AfterAll
    void stop() throws Exception {
        house.close();
    }

    private List<CloudEvent> of(String id) {
        return house.heard.all().stream()
                .filter(event -> id.equals(event.subject()))
                .toList();
    }

    private List<String> types(String id) {
        return of(id).stream().map(CloudEvent::type).toList();
    }

    private JsonNode last(String id) {
        return Objects.requireNonNullElse(of(id).getLast().data(), MissingNode.getInstance());
    }

    private void say(String who, String id, String what) throws Exception {
        var answer = house.post(who, "/commands/" + id + "/" + what, "{}");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    }

    @Test
    void aCommandIsToldWhenItIsTakenAndWhenItEnds() throws Exception {
        String id = house.taken("otto", REPORT.formatted("")).get("id").asText();
        await().atMost(TIMEOUT).until(() -> types(id).equals(List.of(COMMAND_ACCEPTED)));
        JsonNode accepted = last(id);
        assertThat(accepted.path("summary").asText()).isEqualTo("otto sent SET_REPORT_INTERVAL to lunar-module");
        assertThat(accepted.path("device").asText()).isEqualTo("lunar-module");
        assertThat(accepted.path("by").asText()).isEqualTo("otto");
        assertThat(accepted.path("id").asText()).isEqualTo(id);
        say("fred", id, "cancel");
        await().atMost(TIMEOUT).until(() -> types(id).equals(List.of(COMMAND_ACCEPTED, COMMAND_FINISHED)));
        assertThat(last(id).path("summary").asText()).isEqualTo("fred cancelled SET_REPORT_INTERVAL on lunar-module");
        assertThat(last(id).path("state").asText()).isEqualTo("cancelled");
        assertThat(last(id).path("seconds").isNumber()).isTrue();
    }

    @Test
    void aCriticalOneIsToldAsHeldAndApproved() throws Exception {
        String id = house.taken("otto", FIRE).get("id").asText();
        await().atMost(TIMEOUT).until(() -> types(id).equals(List.of(COMMAND_HELD)));
        say("fred", id, "approve");
        await().atMost(TIMEOUT).until(() -> types(id).equals(List.of(COMMAND_HELD, COMMAND_APPROVED)));
        assertThat(last(id).path("summary").asText())
                .isEqualTo("fred approved FIRE_ENGINE on lunar-module, which otto asked for");
    }

    @Test
    void aRefusedOrRepeatedRequestTellsNothingMore() throws Exception {
        int before = house.heard.all().size();
        assertThat(house.dispatch("otto", REPORT.formatted(",\"device\":\"nobody\""))
                        .statusCode())
                .isEqualTo(422);
        assertThat(house.dispatch("otto", REPORT.formatted(",\"dry_run\":true")).statusCode())
                .isEqualTo(200);
        String key = "the same twice";
        house.send(house.other, "POST", "otto", "/dispatch", REPORT.formatted(""), key);
        house.send(house.service, "POST", "otto", "/dispatch", REPORT.formatted(""), key);
        String last = house.taken("otto", REPORT.formatted("")).get("id").asText();
        await().atMost(TIMEOUT).until(() -> !of(last).isEmpty());
        await().atMost(TIMEOUT).until(() -> house.heard.all().size() >= before + 2);
        assertThat(house.count("select count(*) from outbox where sent_at is null"))
                .isZero();
        assertThat(house.heard.all()).hasSize(before + 2);
    }

    @Test
    void commandsAreTakenWhileTheBrokerIsAwayAndToldLater() throws Exception {
        house.broker.shut();
        String id = house.taken("otto", REPORT.formatted("")).get("id").asText();
        assertThat(house.get("/ready").statusCode()).isEqualTo(200);
        assertThat(of(id)).isEmpty();
        house.broker.open();
        await().atMost(TIMEOUT).until(() -> types(id).equals(List.of(COMMAND_ACCEPTED)));
    }
}
