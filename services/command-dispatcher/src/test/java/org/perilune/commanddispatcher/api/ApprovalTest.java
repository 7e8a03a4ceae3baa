package org.perilune.commanddispatcher.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.perilune.chassis.http.Principal;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.commanddispatcher.DispatchFixture;
import org.perilune.commanddispatcher.lifecycle.Transitions;
import org.perilune.contracts.Role;
import org.perilune.testkit.LostCommit;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ApprovalTest {
    private static final String FIRE = "{\"command_type\":\"FIRE_ENGINE\",\"parameters\":{\"delta_v\":5}%s}";
    private DispatchFixture house;

    @BeforeAll
    void start(@TempDir Path home) throws Exception {
        house = new DispatchFixture(home);
    }

    @AfterAll
    void stop() throws Exception {
        house.close();
    }

    private String held(String by) throws Exception {
        return house.taken(by, FIRE.formatted("")).get("id").asText();
    }

    private HttpResponse<String> say(String who, String id, String what) throws Exception {
        return house.post(who, "/commands/" + id + "/" + what, "{}");
    }

    private String state(String id) throws Exception {
        return house.found("/commands/" + id).get("state").asText();
    }

    @Test
    void secondPersonApproves() throws Exception {
        String id = held("otto");
        HttpResponse<String> answer =
                house.post("fred", "/commands/" + id + "/approve", "{\"comment\":\"checked twice\"}");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(DispatchFixture.json(answer).get("approved_by").asText()).isEqualTo("fred");
        JsonNode line = house.found("/commands/" + id).get("history").get(1);
        assertThat(line.get("stage").asText()).isEqualTo("approved");
        assertThat(line.get("by").asText()).isEqualTo("fred");
        assertThat(line.get("detail").asText()).isEqualTo("checked twice");
        assertThat(say("fiona", id, "approve").statusCode()).isEqualTo(409);
    }

    @Test
    void saysSoWhereNobodyKnowsWhetherItWasApproved() throws Exception {
        String id = held("otto");
        var approvals = new Approvals(
                Jdbi.create(() -> LostCommit.over(house.connect())),
                new Transitions(Clock.systemUTC()),
                Clock.systemUTC());
        var fred = new Principal("fred", Role.FLIGHT_DIRECTOR, Instant.MAX);
        assertThatThrownBy(() -> approvals.approve(UUID.fromString(id), fred, ""))
                .isInstanceOf(ServiceException.Uncertain.class)
                .hasMessageContaining("whether the command is approved");
        assertThat(state(id)).isEqualTo("approved");
    }

    @Test
    void nobodyApprovesTheirOwnWhateverWayTheRequestTook() throws Exception {
        String own = held("fred");
        HttpResponse<String> answer = say("fred", own, "approve");
        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(answer.body()).contains("yourself");

        String throughService = house.taken("service:timeline", FIRE.formatted(",\"on_behalf_of\":\"fred\""))
                .get("id")
                .asText();
        assertThat(say("fred", throughService, "approve").statusCode()).isEqualTo(403);
        assertThat(say("service:timeline", throughService, "approve").statusCode())
                .isEqualTo(403);

        String another = held("otto");
        assertThat(say("program:cli", another, "approve").statusCode()).isEqualTo(403);
        assertThat(say("service:timeline", another, "approve").statusCode()).isEqualTo(403);
        assertThat(say("otto", another, "approve").statusCode()).isEqualTo(403);

        for (String id : List.of(own, throughService, another)) {
            assertThat(state(id)).isEqualTo("held");
        }
        assertThat(say("fiona", throughService, "approve").statusCode()).isEqualTo(200);
    }

    @Test
    void ofManyWhoSpeakAtOnceTheFirstCounts() throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int round = 0; round < 15; round++) {
                String id = held("otto");
                List<Callable<Integer>> voices = IntStream.range(0, 6)
                        .<Callable<Integer>>mapToObj(voice -> () -> house.send(
                                        voice % 2 == 0 ? house.service : house.other,
                                        "POST",
                                        voice < 3 ? "fred" : "fiona",
                                        "/commands/" + id + (voice % 3 == 0 ? "/reject" : "/approve"),
                                        voice % 3 == 0 ? "{\"reason\":\"no\"}" : "{}",
                                        null)
                                .statusCode())
                        .toList();
                long done = threads.invokeAll(voices).stream()
                        .filter(voice -> voice.resultNow() == 200)
                        .count();
                assertThat(done).isEqualTo(1);
                assertThat(house.count("select count(*) from command_history where stage in ('approved', 'rejected')"
                                + " and command_id = '" + id + "'"))
                        .isEqualTo(1);
            }
        }
    }

    @Test
    void whatExpiredIsApprovedNoMore() throws Exception {
        String id = held("otto");
        house.run("update command set expires_at = now() - interval '1 second' where id = '" + id + "'");
        assertThat(say("fred", id, "approve").statusCode()).isEqualTo(409);
    }

    @Test
    void rejectionGivesItsReason() throws Exception {
        String id = held("otto");
        assertThat(say("fred", id, "reject").statusCode()).isEqualTo(422);
        assertThat(house.post("otto", "/commands/" + id + "/reject", "{\"reason\":\"x\"}")
                        .statusCode())
                .isEqualTo(403);
        HttpResponse<String> answer = house.post("fred", "/commands/" + id + "/reject", "{\"reason\":\"wrong orbit\"}");
        assertThat(DispatchFixture.json(answer).get("state").asText()).isEqualTo("rejected");
        assertThat(DispatchFixture.json(answer).get("detail").asText()).isEqualTo("wrong orbit");
        assertThat(say("otto", id, "cancel").statusCode()).isEqualTo(409);
    }

    @Test
    void whatWasNotSentCanBeCancelled() throws Exception {
        String id = held("otto");
        assertThat(say("vera", id, "cancel").statusCode()).isEqualTo(403);
        HttpResponse<String> answer = say("otto", id, "cancel");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(DispatchFixture.json(answer).get("final").asBoolean()).isTrue();
        assertThat(say("fred", id, "approve").statusCode()).isEqualTo(409);
    }

    @Test
    void whatIsOnItsWayIsCancelledNoMore() throws Exception {
        String id = held("otto"); // which the sender leaves alone meanwhile
        house.run("update command set handed_over = true where id = '" + id + "'");
        HttpResponse<String> answer = say("otto", id, "cancel");
        assertThat(answer.statusCode()).isEqualTo(409);
        assertThat(answer.body()).contains("on its way");
        assertThat(house.found("/commands/" + id).get("history")).hasSize(1);
    }

    @Test
    void unknownCommandsAreNotFound() throws Exception {
        assertThat(say("fred", "00000000-0000-7000-8000-000000000000", "approve")
                        .statusCode())
                .isEqualTo(404);
    }

    /** The database's own word, should the service ever be mistaken. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "update command set state = 'approved' where id = '%s'",
                "update command set state = 'sent', approved_by = requested_by where id = '%s'",
                "update command set state = 'approved', approved_by = principal where id = '%s'",
                "delete from command where id = '%s'",
                "update command_history set by = 'somebody' where command_id = '%s'",
                "delete from command_history where command_id = '%s'",
                "update command set state = 'done' where id = '%s'"
            })
    void databaseRefusesWhatMustNotBe(String statement) throws Exception {
        String id = held("otto");
        assertThatThrownBy(() -> house.run(statement.formatted(id))).isInstanceOf(SQLException.class);
        assertThat(state(id)).isEqualTo("held");
    }

    @ParameterizedTest
    @ValueSource(strings = {"completed", "failed", "rejected", "expired", "cancelled", "unknown"})
    void databaseKeepsFinalStates(String last) throws Exception {
        house.ground.devices.put("ended", "lunar-module");
        String id = house.taken("otto", "{\"command_type\":\"START_MISSION\",\"device\":\"ended\"}")
                .get("id")
                .asText();
        house.run("update command set state = '" + last + "', next_attempt_at = null where id = '" + id + "'");
        assertThatThrownBy(() -> house.run("update command set state = 'sent' where id = '" + id + "'"))
                .isInstanceOf(SQLException.class)
                .hasMessageContaining("for good");
        assertThatThrownBy(() -> house.run("update command set detail = 'x' where id = '" + id + "'"))
                .isInstanceOf(SQLException.class);
        assertThat(state(id)).isEqualTo(last);
    }
}
