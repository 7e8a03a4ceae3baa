package org.perilune.commanddispatcher.dictionary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.perilune.commanddispatcher.DispatchFixture;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DictionaryTest {
    private DispatchFixture house;

    @BeforeAll
    void start(@TempDir Path home) throws Exception {
        house = new DispatchFixture(home);
    }

    @AfterAll
    void stop() throws Exception {
        house.close();
    }

    private HttpResponse<String> put(String who, String type, String body) throws Exception {
        return house.send(house.service, "PUT", who, "/dictionary/" + type, body, null);
    }

    @Test
    void lunarModuleComesWithItsCommands() throws Exception {
        JsonNode dictionary = house.found("/dictionary/lunar-module");
        assertThat(dictionary.get("version").asInt()).isEqualTo(1);
        assertThat(dictionary.get("changed_by").asText()).isEqualTo("perilune");
        var names = new ArrayList<String>();
        dictionary.get("commands").forEach(type -> names.add(type.get("name").asText()));
        assertThat(names)
                .containsExactly(
                        "START_MISSION",
                        "PAUSE_MISSION",
                        "EMERGENCY_STOP",
                        "RESET_SYSTEM",
                        "SET_REPORT_INTERVAL",
                        "SET_ATTITUDE",
                        "FIRE_ENGINE");
        JsonNode fire = dictionary.get("commands").get(6);
        assertThat(fire.get("significance").asText()).isEqualTo("critical");
        assertThat(fire.get("repeatable").asBoolean()).isFalse();
        assertThat(fire.get("arguments").get(0).get("unit").asText()).isEqualTo("m/s");
        assertThat(house.found("/dictionary").get("device_types").toString()).contains("lunar-module");
        assertThat(house.count("select count(*) from dictionary where device_type = 'lunar-module'"))
                .as("two copies sow once")
                .isEqualTo(1);
    }

    @Test
    void changeIsANewVersionThatAllCopiesKnowWithoutARestart() throws Exception {
        house.ground.devices.put("rover-1", "rover");
        String dispatch =
                "{\"command_type\":\"DRIVE\",\"device\":\"rover-1\",\"parameters\":{\"far\":3,\"how\":\"slow\"}}";
        HttpResponse<String> first = put("ada", "rover", "{\"commands\":[]}");
        assertThat(first.statusCode()).as(first.body()).isEqualTo(200);
        assertThat(house.dispatch("otto", dispatch).statusCode()).isEqualTo(422);
        HttpResponse<String> second = put("ada", "rover", """
                {"version":1,"commands":[{"name":"DRIVE","arguments":[
                {"name":"far","type":"integer","unit":"m","minimum":1,"maximum":10,"required":true},
                {"name":"how","type":"choice","choices":["slow","fast"],"default":"fast"},
                {"name":"lights","type":"boolean"},
                {"name":"note","type":"text","longest":5}]}]}""");
        assertThat(second.statusCode()).as(second.body()).isEqualTo(200);
        assertThat(DispatchFixture.json(second).get("version").asInt()).isEqualTo(2);
        assertThat(DispatchFixture.json(second).get("changed_by").asText()).isEqualTo("ada");
        JsonNode taken = house.taken("otto", dispatch);
        assertThat(taken.get("dictionary_version").asInt()).isEqualTo(2);
        assertThat(taken.get("parameters")).hasToString("{\"far\":3,\"how\":\"slow\"}");
        await().until(() -> house.send(house.other, "POST", "otto", "/dispatch", dispatch, null)
                        .statusCode()
                == 202);
        assertThat(put("ada", "rover", "{\"version\":1,\"commands\":[]}").statusCode())
                .isEqualTo(409);
        assertThat(house.found("/dictionary/rover?version=1").get("commands")).isEmpty();
        assertThat(house.get("/dictionary/rover?version=9").statusCode()).isEqualTo(404);
        assertThat(put("fred", "rover", "{\"commands\":[]}").statusCode()).isEqualTo(403);
        for (String wrong : List.of(
                "{\"far\":3.5}",
                "{\"far\":11}",
                "{\"far\":1e30}",
                "{\"far\":1,\"how\":\"backwards\"}",
                "{\"far\":1,\"lights\":\"on\"}",
                "{\"far\":1,\"note\":\"too long\"}",
                "{\"far\":1,\"note\":\"\\u0000\"}",
                "{\"far\":1,\"note\":\"\\ud800\"}")) {
            HttpResponse<String> refused = house.dispatch(
                    "otto", "{\"command_type\":\"DRIVE\",\"device\":\"rover-1\",\"parameters\":" + wrong + "}");
            assertThat(refused.statusCode()).as(wrong).isEqualTo(422);
            assertThat(DispatchFixture.json(refused)
                            .get("errors")
                            .get(0)
                            .get("field")
                            .asText())
                    .startsWith("parameters.");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    {}                                                              | commands
                    {"commands":{}}                                                 | commands
                    {"commands":[7]}                                                | commands[0]
                    {"commands":[{}]}                                               | commands[0].name
                    {"commands":[{"name":"a b"}]}                                   | commands[0].name
                    {"commands":[{"name":"A"},{"name":"A"}]}                        | commands[1].name
                    {"commands":[{"name":"A","colour":1}]}                          | commands[0].colour
                    {"commands":[{"name":"A","significance":"high"}]}               | commands[0].significance
                    {"commands":[{"name":"A","repeatable":1}]}                      | commands[0].repeatable
                    {"commands":[{"name":"A","expires_in":0}]}                      | commands[0].expires_in
                    {"commands":[{"name":"A","arguments":[{"name":"x"}]}]}          | commands[0].arguments[0].type
                    {"commands":[{"name":"A","arguments":[{"name":"x","type":"date"}]}]} | commands[0].arguments[0].type
                    {"commands":[{"name":"A","arguments":[{"name":"x","type":"text"},{"name":"x","type":"text"}]}]} | commands[0].arguments[1].name
                    {"commands":[{"name":"A","arguments":[{"name":"x","type":"number","minimum":2,"maximum":1}]}]} | commands[0].arguments[0].minimum
                    {"commands":[{"name":"A","arguments":[{"name":"x","type":"number","maximum":1,"default":2}]}]} | commands[0].arguments[0].default
                    {"commands":[{"name":"A","arguments":[{"name":"x","type":"number","required":true,"default":2}]}]} | commands[0].arguments[0].default
                    {"commands":[{"name":"A","arguments":[{"name":"x","type":"choice"}]}]} | commands[0].arguments[0].choices
                    {"commands":[{"name":"A","arguments":[{"name":"x","type":"text","minimum":1}]}]} | commands[0].arguments[0].minimum
                    {"commands":[{"name":"A","verification":{"parameter":"v","within":5,"changes_by":{"argument":"x"}}}]} | commands[0].verification.changes_by
                    {"commands":[{"name":"A","verification":{"parameter":"v","within":5,"equals":1,"minimum":1}}]} | commands[0].verification.equals
                    {"commands":[{"name":"A","verification":{"parameter":"v","within":5,"equals":"a","tolerance":1}}]} | commands[0].verification.tolerance
                    """)
    void refusesDeclarationsThatMakeNoSense(String body, String field) throws Exception {
        HttpResponse<String> answer = put("ada", "nonsense", body);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(422);
        assertThat(DispatchFixture.json(answer).get("errors").toString()).contains("\"" + field + "\"");
        assertThat(house.count("select count(*) from dictionary where device_type = 'nonsense'"))
                .isZero();
    }
}
