package org.perilune.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.perilune.conformance.Ground.Answer;
import org.perilune.conformance.Perilune.Part;

/** Commands to the lunar module as two people give them: by hand, by the timeline, with and without a second person. */
@ExtendWith(SharedPerilune.class)
final class UplinkTest {
    private static final String JSON = "application/json";
    private static final String PASSWORD = "tranquility base here 1969";
    private static final Duration SOON = Duration.ofSeconds(60);

    private final Perilune perilune;
    private final Ground ground;
    private String neil = "";
    private String buzz = "";

    UplinkTest(Perilune perilune) {
        this.perilune = perilune;
        this.ground = new Ground(perilune);
    }

    @BeforeEach
    void logIn() throws Exception {
        neil = logIn("neil");
        buzz = logIn("buzz");
        command(neil, "START_MISSION", "{}", "completed");
    }

    @AfterEach
    void leave() {
        assertThat(perilune.isAlive()).isTrue();
        ground.close();
    }

    @Test
    void aCommandIsTrackedToItsEndStageByStage() throws Exception {
        JsonNode done = command(neil, "SET_REPORT_INTERVAL", "{\"interval\":0.5}", "completed");
        assertThat(stages(done))
                .startsWith("accepted")
                .endsWith("completed")
                .contains("sent")
                .doesNotHaveDuplicates();
        assertThat(done.path("requested_by").asText()).isEqualTo("neil");
        await("the interval in telemetry's description")
                .atMost(SOON)
                .until(() -> device().path("report_interval_millis").asInt() == 500);
        command(neil, "SET_REPORT_INTERVAL", "{\"interval\":1}", "completed");
    }

    @Test
    void whatTelemetryShowsEndsACommand() throws Exception {
        JsonNode paused = command(neil, "PAUSE_MISSION", "{}", "completed");
        assertThat(stages(paused)).contains("verifying");
        // Verified by the live stream, which is ahead of the store.
        await("the phase in the store")
                .atMost(SOON)
                .until(() -> device().path("values")
                        .path("mission")
                        .path("value")
                        .asText()
                        .equals("paused"));
        JsonNode refused = awaitEnd(approved(neil, buzz, "FIRE_ENGINE", "{\"delta_v\":1}"));
        assertThat(refused.path("state").asText()).isEqualTo("rejected");
        assertThat(refused.path("detail").asText()).containsIgnoringCase("paused");
    }

    @Test
    void firingTheEngineNeedsASecondPersonAndChangesTheOrbit() throws Exception {
        double before = value("period");
        double propellant = value("engine_propellant");
        Answer held = dispatch(neil, "FIRE_ENGINE", "{\"delta_v\":10}", null);
        assertThat(held.json().path("state").asText()).isEqualTo("held");
        String id = held.json().path("id").asText();
        Answer own = act(neil, id, "approve", "{}");
        assertThat(own.status()).as("approving one's own: %s", own).isEqualTo(403);
        Answer program = act(ground.token("administrator"), id, "approve", "{}");
        assertThat(program.status()).as("approving by a program: %s", program).isEqualTo(403);
        assertThat(get(id).path("state").asText()).isEqualTo("held");
        assertThat(act(buzz, id, "approve", "{}").status()).isEqualTo(200);
        JsonNode done = awaitEnd(id);
        assertThat(done.path("state").asText()).as("%s", done).isEqualTo("completed");
        assertThat(done.path("approved_by").asText()).isEqualTo("buzz");
        assertThat(stages(done)).containsSubsequence("held", "approved", "sent", "verifying", "completed");
        await("the new period").atMost(SOON).until(() -> value("period") > before + 0.5);
        assertThat(value("engine_propellant")).isLessThan(propellant - 1);
        Answer again = act(buzz, id, "reject", "{\"reason\":\"too late\"}");
        assertThat(again.status()).as("%s", again).isEqualTo(409);
        // Back to about the orbit of before, for whoever comes after.
        awaitEnd(approved(buzz, neil, "FIRE_ENGINE", "{\"delta_v\":-10}"));
    }

    @Test
    void aSecondPersonMayRefuse() throws Exception {
        String id = dispatch(neil, "FIRE_ENGINE", "{\"delta_v\":5}", null)
                .json()
                .path("id")
                .asText();
        assertThat(act(buzz, id, "reject", "{\"reason\":\"not over the far side\"}")
                        .status())
                .isEqualTo(200);
        JsonNode rejected = get(id);
        assertThat(rejected.path("state").asText()).isEqualTo("rejected");
        assertThat(rejected.path("final").asBoolean()).isTrue();
        assertThat(rejected.path("history").toString()).contains("not over the far side", "buzz");
    }

    @Test
    void theSameKeyIsTheSameCommandAndAnotherBodyAConflict() throws Exception {
        String key = UUID.randomUUID().toString();
        Answer first = dispatch(neil, "RESET_SYSTEM", "{}", key);
        Answer second = dispatch(neil, "RESET_SYSTEM", "{}", key);
        assertThat(second.status()).isEqualTo(202);
        assertThat(second.json().path("id")).isEqualTo(first.json().path("id"));
        assertThat(dispatch(neil, "START_MISSION", "{}", key).status()).isEqualTo(409);
        assertThat(dispatch(buzz, "RESET_SYSTEM", "{}", key).json().path("id"))
                .as("another's key")
                .isNotEqualTo(first.json().path("id"));
    }

    @Test
    void aDueEventLaunchesItsCommandForWhoMadeIt() throws Exception {
        Instant time = Instant.now().plusSeconds(3);
        JsonNode event = post(neil, "/input", """
                {"name":"Report faster","time":"%s","device":"lunar-module",
                 "command":{"command_type":"SET_REPORT_INTERVAL","parameters":{"interval":1}}}""".formatted(time));
        JsonNode launched = awaitEvent(event.path("id").asText(), "dispatched");
        JsonNode done = awaitEnd(launched.path("command_id").asText());
        assertThat(done.path("state").asText()).isEqualTo("completed");
        assertThat(done.path("requested_by").asText()).isEqualTo("neil");
        assertThat(done.path("principal").asText()).isEqualTo("service:timeline");
        assertThat(Instant.parse(done.path("requested_at").asText())).isAfterOrEqualTo(time);
    }

    @Test
    void theTimelineIsNobodysSecondPerson() throws Exception {
        JsonNode event = post(neil, "/input", """
                {"name":"Burn","time":"%s","device":"lunar-module",
                 "command":{"command_type":"FIRE_ENGINE","parameters":{"delta_v":1}}}""".formatted(Instant.now().plusSeconds(2)));
        String id = awaitEvent(event.path("id").asText(), "dispatched")
                .path("command_id")
                .asText();
        assertThat(get(id).path("state").asText()).isEqualTo("held");
        assertThat(act(neil, id, "approve", "{}").status()).isEqualTo(403);
        assertThat(act(buzz, id, "reject", "{\"reason\":\"a rehearsal\"}").status())
                .isEqualTo(200);
    }

    @Test
    void theFarSideIsKnownAhead() {
        await("predictions on the timeline")
                .atMost(Duration.ofMinutes(2))
                .ignoreExceptions()
                .untilAsserted(() -> {
                    JsonNode data = ground.get(Part.TIMELINE, "/data?kind=loss-of-signal&device=lunar-module", neil)
                            .json()
                            .path("data");
                    assertThat(data.size()).isGreaterThan(1);
                    data.forEach(event -> assertThat(
                                    Instant.parse(event.path("until").asText()))
                            .isAfter(Instant.parse(event.path("time").asText())));
                });
    }

    @Test
    void whatTheModuleIsToldDirectlyGoesTheSameWay() throws Exception {
        Answer told = ground.send(
                "POST",
                Part.LUNAR_MODULE,
                "/command",
                neil,
                JSON,
                "{\"command_type\":\"FIRE_ENGINE\",\"parameters\":{\"delta_v\":1}}");
        assertThat(told.status()).as("%s", told).isEqualTo(202);
        String id = told.json().path("id").asText();
        assertThat(get(id).path("state").asText()).isEqualTo("held");
        assertThat(act(neil, id, "cancel", "{}").status()).isEqualTo(200);
        assertThat(get(id).path("state").asText()).isEqualTo("cancelled");
    }

    private String logIn(String name) throws Exception {
        String person = """
                {"name":"%s","password":"%s","role":"flight-director"}""".formatted(name, PASSWORD);
        ground.send("POST", Part.CREW, "/people", ground.token("administrator"), JSON, person);
        Answer session = ground.send("POST", Part.CREW, "/sessions", null, JSON, """
                {"name":"%s","password":"%s"}""".formatted(name, PASSWORD));
        assertThat(session.status()).as("%s", session).isEqualTo(201);
        return session.json().path("access_token").asText();
    }

    private Answer dispatch(String token, String type, String parameters, @Nullable String key) throws Exception {
        String body = "{\"command_type\":\"" + type + "\",\"parameters\":" + parameters + "}";
        return ground.send("POST", Part.COMMAND_DISPATCHER, "/dispatch", token, JSON, body, key);
    }

    private Answer act(String token, String id, String act, String body) throws Exception {
        return ground.send("POST", Part.COMMAND_DISPATCHER, "/commands/" + id + "/" + act, token, JSON, body);
    }

    /** A critical command, asked for by one and approved by another. @return its id */
    private String approved(String asking, String approving, String type, String parameters) throws Exception {
        String id = dispatch(asking, type, parameters, null).json().path("id").asText();
        Answer approved = act(approving, id, "approve", "{}");
        assertThat(approved.status()).as("%s", approved).isEqualTo(200);
        return id;
    }

    private JsonNode command(String token, String type, String parameters, String end) throws Exception {
        Answer taken = dispatch(token, type, parameters, null);
        assertThat(taken.status()).as("%s", taken).isEqualTo(202);
        JsonNode ended = awaitEnd(taken.json().path("id").asText());
        assertThat(ended.path("state").asText()).as("%s", ended).isEqualTo(end);
        return ended;
    }

    private JsonNode get(String id) throws Exception {
        return ground.get(Part.COMMAND_DISPATCHER, "/commands/" + id, neil).json();
    }

    private JsonNode awaitEnd(String id) {
        return await("the end of " + id)
                .atMost(SOON)
                .until(() -> get(id), command -> command.path("final").asBoolean());
    }

    private JsonNode post(String token, String path, String body) throws Exception {
        Answer answer = ground.send("POST", Part.TIMELINE, path, token, JSON, body);
        assertThat(answer.status()).as("%s", answer).isEqualTo(201);
        return answer.json();
    }

    private JsonNode awaitEvent(String id, String state) {
        return await("an event that is " + state)
                .atMost(SOON)
                .until(
                        () -> ground.get(Part.TIMELINE, "/data/" + id, neil).json(),
                        event -> event.path("state").asText().equals(state));
    }

    private JsonNode device() throws Exception {
        return ground.get(Part.TELEMETRY, "/devices/lunar-module", neil).json();
    }

    private double value(String name) throws Exception {
        return device().path("values").path(name).path("value").asDouble();
    }

    private static List<String> stages(JsonNode command) {
        var stages = new ArrayList<String>();
        command.path("history").forEach(step -> stages.add(step.path("stage").asText()));
        return stages;
    }
}
