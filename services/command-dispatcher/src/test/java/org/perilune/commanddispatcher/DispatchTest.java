package org.perilune.commanddispatcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DispatchTest {
    private static final String START = "{\"command_type\":\"START_MISSION\"}";
    private DispatchFixture house;

    @BeforeAll
    void start(@TempDir Path home) throws Exception {
        house = new DispatchFixture(home);
    }

    @AfterAll
    void stop() throws Exception {
        house.close();
    }

    @Test
    void takesACommandAndSaysWhereToFollowIt() throws Exception {
        HttpResponse<String> answer = house.dispatch("otto", """
                {"command_type":"SET_ATTITUDE","parameters":{"roll":5},"expires_in":60}""");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        JsonNode command = DispatchFixture.json(answer);
        assertThat(answer.headers().firstValue("Location"))
                .hasValue("/commands/" + command.get("id").asText());
        assertThat(command.get("state").asText()).isEqualTo("accepted");
        assertThat(command.get("final").asBoolean()).isFalse();
        assertThat(command.get("device").asText()).isEqualTo("lunar-module");
        assertThat(command.get("requested_by").asText()).isEqualTo("otto");
        assertThat(command.get("parameters")).hasToString("{\"roll\":5.0,\"pitch\":0.0,\"yaw\":0.0}");
        assertThat(command.get("results").isNull()).isTrue();
        assertThat(Duration.between(
                        Instant.parse(command.get("requested_at").asText()),
                        Instant.parse(command.get("expires_at").asText())))
                .isEqualTo(Duration.ofSeconds(60));
        JsonNode found = house.found("/commands/" + command.get("id").asText());
        assertThat(found.get("parameters").get("roll")).hasToString("5.0");
        assertThat(found.get("history").get(0).get("stage").asText()).isEqualTo("accepted");
        assertThat(found.get("history").get(0).get("by").asText()).isEqualTo("otto");
    }

    @Test
    void holdsACriticalCommandAndKnowsWhatTelemetryMustShow() throws Exception {
        JsonNode command = house.taken("otto", "{\"command_type\":\"FIRE_ENGINE\",\"parameters\":{\"delta_v\":-12}}");
        assertThat(command.get("state").asText()).isEqualTo("held");
        assertThat(command.get("significance").asText()).isEqualTo("critical");
        assertThat(command.get("verification").get("parameter").asText()).isEqualTo("speed");
        assertThat(command.get("verification").get("changes_by").asDouble()).isEqualTo(-12.0);
        String id = command.get("id").asText();
        assertThat(house.count("select count(*) from command where id = '" + id
                        + "' and next_attempt_at = expires_at and not repeatable"))
                .isEqualTo(1);
    }

    @Test
    void dryRunChecksEverythingAndStoresNothing() throws Exception {
        long before = house.count("select count(*) from command");
        HttpResponse<String> answer = house.dispatch("otto", """
                {"command_type":"FIRE_ENGINE","parameters":{"delta_v":1},"dry_run":true}""");
        assertThat(answer.statusCode()).isEqualTo(200);
        JsonNode command = DispatchFixture.json(answer);
        assertThat(command.get("dry_run").asBoolean()).isTrue();
        assertThat(command.get("state").asText()).isEqualTo("held");
        assertThat(command.has("id")).isFalse();
        assertThat(house.dispatch("otto", """
                        {"command_type":"FIRE_ENGINE","parameters":{"delta_v":99},"dry_run":true}""").statusCode()).isEqualTo(422);
        assertThat(house.count("select count(*) from command")).isEqualTo(before);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    {"command_type":"NO_SUCH"}                                                       | command_type
                    {}                                                                               | command_type
                    {"command_type":7}                                                               | command_type
                    {"command_type":"START_MISSION","paramters":{}}                                  | paramters
                    {"command_type":"START_MISSION","parameters":[]}                                 | parameters
                    {"command_type":"START_MISSION","parameters":{"x":1}}                            | parameters.x
                    {"command_type":"START_MISSION","device":"nobody"}                               | device
                    {"command_type":"START_MISSION","device":"../crew"}                              | device
                    {"command_type":"START_MISSION","device":""}                                     | device
                    {"command_type":"START_MISSION","expires_in":0}                                  | expires_in
                    {"command_type":"START_MISSION","expires_in":604801}                             | expires_in
                    {"command_type":"START_MISSION","expires_in":"60"}                               | expires_in
                    {"command_type":"START_MISSION","dry_run":"yes"}                                 | dry_run
                    {"command_type":"FIRE_ENGINE"}                                                   | parameters.delta_v
                    {"command_type":"FIRE_ENGINE","parameters":{"delta_v":null}}                     | parameters.delta_v
                    {"command_type":"FIRE_ENGINE","parameters":{"delta_v":"10"}}                     | parameters.delta_v
                    {"command_type":"FIRE_ENGINE","parameters":{"delta_v":50.001}}                   | parameters.delta_v
                    {"command_type":"FIRE_ENGINE","parameters":{"delta_v":1e999}}                    | parameters.delta_v
                    {"command_type":"FIRE_ENGINE","parameters":{"delta_v":"NaN"}}                    | parameters.delta_v
                    {"command_type":"SET_REPORT_INTERVAL","parameters":{"interval":0.01}}            | parameters.interval
                    {"command_type":"START_MISSION","verify":{"parameter":"x"}}                      | verify.within
                    {"command_type":"START_MISSION","verify":{"parameter":"x","within":5}}           | verify.equals
                    {"command_type":"START_MISSION","verify":{"parameter":"x","within":5,"equals":[]}} | verify.equals
                    {"command_type":"START_MISSION","verify":{"parameter":"x","within":5,"changes_by":{"argument":"y"}}} | verify.changes_by
                    """)
    void refusesWhatCannotBeAndNamesTheField(String body, String field) throws Exception {
        long before = house.count("select count(*) from command");
        HttpResponse<String> answer = house.dispatch("otto", body);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(422);
        List<String> fields = new ArrayList<>();
        DispatchFixture.json(answer)
                .get("errors")
                .forEach(fault -> fields.add(fault.get("field").asText()));
        assertThat(fields).contains(field);
        assertThat(house.count("select count(*) from command")).isEqualTo(before);
    }

    @Test
    void namesEveryFaultAtOnce() throws Exception {
        HttpResponse<String> answer = house.dispatch("otto", """
                {"command_type":"SET_ATTITUDE","parameters":{"roll":31,"pitch":"up","yow":1}}""");
        assertThat(DispatchFixture.json(answer).get("errors")).hasSize(3);
        assertThat(answer.body()).contains("from -30 to 30 °, not 31.0");
    }

    @Test
    void refusesWhatCannotBeReadOrIsTooLarge() throws Exception {
        assertThat(house.dispatch("otto", "{\"command_type\":").statusCode()).isEqualTo(400);
        assertThat(house.dispatch("otto", "null").statusCode()).isEqualTo(422);
        assertThat(house.dispatch("otto", "{\"command_type\":\"" + "x".repeat(70_000) + "\"}")
                        .statusCode())
                .isEqualTo(413);
        assertThat(house.send(house.service, "POST", "otto", "/dispatch", START, "x".repeat(201))
                        .statusCode())
                .isEqualTo(400);
        assertThat(house.dispatch("vera", START).statusCode()).isEqualTo(403);
    }

    @Test
    void onlyServicesSayForWhomTheyAsk() throws Exception {
        String asked = "{\"command_type\":\"START_MISSION\",\"on_behalf_of\":\"%s\"}";
        assertThat(house.dispatch("otto", asked.formatted("fred")).statusCode()).isEqualTo(403);
        assertThat(house.dispatch("program:cli", asked.formatted("fred")).statusCode())
                .isEqualTo(403);
        assertThat(house.dispatch("service:timeline", asked.formatted("service:x"))
                        .statusCode())
                .isEqualTo(422);
        JsonNode command = house.taken("service:timeline", asked.formatted("fred"));
        assertThat(command.get("requested_by").asText()).isEqualTo("fred");
        assertThat(command.get("principal").asText()).isEqualTo("service:timeline");
    }

    @Test
    void nothingIsSentForWhoeverMayNoLongerCommand() throws Exception {
        String asked = "{\"command_type\":\"START_MISSION\",\"on_behalf_of\":\"%s\"}";
        house.taken("service:timeline", asked.formatted("fiona"));
        house.ground.changed.put("fiona", "viewer");
        await().until(() ->
                house.dispatch("service:timeline", asked.formatted("fiona")).statusCode() == 403);
        assertThat(house.dispatch("service:timeline", asked.formatted("fiona")).body())
                .contains("fiona is viewer now");
        house.ground.changed.put("fiona", "disabled");
        await().until(() -> house.dispatch("service:timeline", asked.formatted("fiona"))
                .body()
                .contains("the account of fiona is disabled"));
        assertThat(house.dispatch("service:timeline", asked.formatted("nobody")).body())
                .contains("nobody has no account any more");
        house.ground.crewAway = true;
        house.taken("service:timeline", asked.formatted("fred")); // by what crew said a moment ago
        house.ground.crewAway = false;
        house.ground.changed.remove("fiona");
        await().until(() ->
                house.dispatch("service:timeline", asked.formatted("fiona")).statusCode() == 202);
    }

    @Test
    void sameKeyAtTheSameMomentIsOneCommandWhicheverCopyIsAsked() throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int round = 0; round < 40; round++) {
                String key = "round " + round;
                List<Callable<HttpResponse<String>>> twins = IntStream.range(0, 4)
                        .<Callable<HttpResponse<String>>>mapToObj(twin -> () -> house.send(
                                twin % 2 == 0 ? house.service : house.other, "POST", "otto", "/dispatch", START, key))
                        .toList();
                var ids = new ArrayList<String>();
                for (Future<HttpResponse<String>> twin : threads.invokeAll(twins)) {
                    assertThat(twin.get().statusCode()).as(twin.get().body()).isEqualTo(202);
                    ids.add(DispatchFixture.json(twin.get()).get("id").asText());
                }
                assertThat(ids.stream().collect(Collectors.toSet())).hasSize(1);
            }
        }
        assertThat(house.count("select count(*) from command where idempotency_key like 'round %'"))
                .isEqualTo(40);
    }

    @Test
    void oneOfTwoBodiesUnderTheSameKeyAtTheSameMomentIsRefused() throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int round = 0; round < 20; round++) {
                String key = "duel " + round;
                Future<HttpResponse<String>> one =
                        threads.submit(() -> house.send(house.service, "POST", "otto", "/dispatch", START, key));
                Future<HttpResponse<String>> two = threads.submit(() -> house.send(
                        house.other, "POST", "otto", "/dispatch", "{\"command_type\":\"PAUSE_MISSION\"}", key));
                assertThat(List.of(one.get().statusCode(), two.get().statusCode()))
                        .containsExactlyInAnyOrder(202, 409);
            }
        }
    }

    @Test
    void keyBelongsToItsCallerAndToTheMeaningOfTheBody() throws Exception {
        HttpResponse<String> first = house.send(house.service, "POST", "otto", "/dispatch", """
                {"command_type":"SET_ATTITUDE","parameters":{"roll":1,"yaw":2}}""", "mine");
        HttpResponse<String> again = house.send(house.other, "POST", "otto", "/dispatch", """
                {"parameters": {"yaw": 2, "roll": 1}, "command_type": "SET_ATTITUDE"}""", "mine");
        HttpResponse<String> others = house.send(house.service, "POST", "fred", "/dispatch", START, "mine");
        HttpResponse<String> changed = house.send(house.service, "POST", "otto", "/dispatch", """
                {"command_type":"SET_ATTITUDE","parameters":{"roll":1,"yaw":3}}""", "mine");
        assertThat(again.statusCode()).isEqualTo(202);
        assertThat(DispatchFixture.json(again).get("id"))
                .isEqualTo(DispatchFixture.json(first).get("id"));
        assertThat(others.statusCode()).isEqualTo(202);
        assertThat(DispatchFixture.json(others).get("id"))
                .isNotEqualTo(DispatchFixture.json(first).get("id"));
        assertThat(changed.statusCode()).isEqualTo(409);
        assertThat(changed.body()).contains("mine");
    }

    @Test
    void repeatedRequestIsAnsweredThoughItsDeviceIsGone() throws Exception {
        house.ground.devices.put("visitor", "lunar-module");
        String body = "{\"command_type\":\"START_MISSION\",\"device\":\"visitor\"}";
        HttpResponse<String> first = house.send(house.service, "POST", "otto", "/dispatch", body, "gone");
        house.ground.devices.remove("visitor");
        // The other copy has never heard of the device.
        HttpResponse<String> again = house.send(house.other, "POST", "otto", "/dispatch", body, "gone");
        assertThat(again.statusCode()).as(again.body()).isEqualTo(202);
        assertThat(DispatchFixture.json(again).get("id"))
                .isEqualTo(DispatchFixture.json(first).get("id"));
    }

    @Test
    void whatTelemetrySaidCountsWhileItIsAway() throws Exception {
        house.ground.devices.put("old-friend", "lunar-module");
        house.taken("otto", "{\"command_type\":\"START_MISSION\",\"device\":\"old-friend\"}");
        house.ground.telemetryAway = true;
        try {
            String known = "{\"command_type\":\"START_MISSION\",\"device\":\"old-friend\"}";
            assertThat(house.send(house.other, "POST", "otto", "/dispatch", known, null)
                            .statusCode())
                    .isEqualTo(202);
            HttpResponse<String> unknown =
                    house.dispatch("otto", "{\"command_type\":\"START_MISSION\",\"device\":\"stranger\"}");
            assertThat(unknown.statusCode()).isEqualTo(503);
            assertThat(unknown.body()).contains("stranger");
        } finally {
            house.ground.telemetryAway = false;
        }
    }

    @Test
    void aDeviceWithoutDictionaryIsRefusedClearly() throws Exception {
        house.ground.devices.put("rover", "rover");
        house.ground.devices.put("mute", "");
        HttpResponse<String> rover =
                house.dispatch("otto", "{\"command_type\":\"START_MISSION\",\"device\":\"rover\"}");
        assertThat(rover.statusCode()).isEqualTo(422);
        assertThat(rover.body()).contains("no commands are declared");
        HttpResponse<String> mute = house.dispatch("otto", "{\"command_type\":\"START_MISSION\",\"device\":\"mute\"}");
        assertThat(mute.statusCode()).isEqualTo(422);
        assertThat(mute.body()).contains("of what type");
    }

    @Test
    void pagesGoThroughAllCommandsOnceNewestFirst() throws Exception {
        house.ground.devices.put("paged", "lunar-module");
        for (int number = 0; number < 25; number++) {
            house.taken("otto", "{\"command_type\":\"START_MISSION\",\"device\":\"paged\"}");
        }
        var seen = new ArrayList<String>();
        var times = new ArrayList<Instant>();
        String cursor = "";
        while (!cursor.equals("null")) {
            JsonNode page = house.found("/commands?device=paged&state=open&requested_by=otto&limit=7"
                    + (cursor.isEmpty() ? "" : "&cursor=" + cursor));
            page.get("commands").forEach(command -> {
                seen.add(command.get("id").asText());
                times.add(Instant.parse(command.get("requested_at").asText()));
            });
            cursor = page.get("next").asText();
        }
        assertThat(seen).hasSize(25).doesNotHaveDuplicates();
        assertThat(times).isSortedAccordingTo((one, other) -> other.compareTo(one));
        String first = house.found("/commands?device=paged&limit=7").get("next").asText();
        assertThat(house.get("/commands?device=other&limit=7&cursor=" + first).statusCode())
                .isEqualTo(400);
    }

    @ParameterizedTest
    @CsvSource({
        "/commands?limit=0",
        "/commands?limit=1001",
        "/commands?cursor=AAAA",
        "/commands?cursor=%24%24",
        "/commands?state=done",
        "/commands?states=open",
        "/commands?from=yesterday",
        "/commands?from=2026-02-01T00:00:00Z&to=2026-01-01T00:00:00Z",
        "/commands?device=%00"
    })
    void refusesQuestionsThatMakeNoSense(String question) throws Exception {
        assertThat(house.get(question).statusCode()).isEqualTo(400);
    }

    @Test
    void rangesBeyondAllTimeAreAnswered() throws Exception {
        assertThat(house.found("/commands?from=-999999999-01-01T00:00:00Z&to=%2B999999999-01-01T00:00:00Z&limit=1")
                        .get("commands"))
                .isNotNull();
        assertThat(house.get("/commands/nonsense").statusCode()).isEqualTo(404);
        assertThat(house.get("/commands/00000000-0000-7000-8000-000000000000").statusCode())
                .isEqualTo(404);
    }

    @Test
    void becomesReady() {
        await().until(() -> house.get("/ready").statusCode() == 200);
    }
}
