package org.perilune.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.perilune.conformance.Ground.Answer;
import org.perilune.conformance.Perilune.Part;

/** What is wrong with a command or an event is said field by field, and nothing is sent or kept of it. */
@ExtendWith(SharedPerilune.class)
final class BadCommandTest {
    private static final String JSON = "application/json";

    private final Perilune perilune;
    private final Ground ground;

    BadCommandTest(Perilune perilune) {
        this.perilune = perilune;
        this.ground = new Ground(perilune);
    }

    @AfterEach
    void leave() {
        assertThat(perilune.isAlive()).isTrue();
        ground.close();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\0', textBlock = """
                    {"command_type":                                                                    | 400 |
                    {}                                                                                  | 422 | command_type
                    {"command_type":"JUMP"}                                                             | 422 | command_type
                    {"command_type":"START_MISSION","device":"nobody"}                                  | 422 | device
                    {"command_type":"START_MISSION","device":"a/b"}                                     | 422 | device
                    {"command_type":"START_MISSION","colour":"red"}                                     | 422 | colour
                    {"command_type":"START_MISSION","expires_in":0}                                     | 422 | expires_in
                    {"command_type":"START_MISSION","expires_in":604801}                                | 422 | expires_in
                    {"command_type":"START_MISSION","parameters":[]}                                    | 422 | parameters
                    {"command_type":"START_MISSION","parameters":{"speed":1}}                           | 422 | parameters.speed
                    {"command_type":"SET_REPORT_INTERVAL"}                                              | 422 | parameters.interval
                    {"command_type":"SET_REPORT_INTERVAL","parameters":{"interval":"1"}}                | 422 | parameters.interval
                    {"command_type":"SET_REPORT_INTERVAL","parameters":{"interval":0}}                  | 422 | parameters.interval
                    {"command_type":"SET_REPORT_INTERVAL","parameters":{"interval":1e999}}              | 422 | parameters.interval
                    {"command_type":"SET_ATTITUDE","parameters":{"roll":31,"yaw":-31}}                  | 422 | parameters.roll,parameters.yaw
                    {"command_type":"FIRE_ENGINE","parameters":{"delta_v":51}}                          | 422 | parameters.delta_v
                    """)
    void commandsThatCannotBeAreRefused(String body, int status, @Nullable String fields) throws Exception {
        String token = ground.token("operator");
        int before = commands(token);
        Answer answer = ground.send("POST", Part.COMMAND_DISPATCHER, "/dispatch", token, JSON, body);
        expect(answer, status, fields);
        assertThat(commands(token)).as("commands afterwards").isEqualTo(before);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\0', textBlock = """
                    {"name":                                                                            | 400 |
                    {}                                                                                  | 422 | name,time
                    {"name":"","time":"2030-01-01T00:00:00Z"}                                           | 422 | name
                    {"name":"Burn","time":"soon"}                                                       | 422 | time
                    {"name":"Burn","time":"2030-01-01T00:00:00Z","colour":"red"}                        | 422 | colour
                    {"name":"Burn","time":"2030-01-01T00:00:00Z","if_missed":"perhaps"}                 | 422 | if_missed
                    {"name":"Burn","time":"2030-01-01T00:00:00Z","repeat":"every day"}                  | 422 | repeat
                    """)
    void eventsThatCannotBeAreRefused(String body, int status, @Nullable String fields) throws Exception {
        expect(ground.send("POST", Part.TIMELINE, "/input", ground.token("operator"), JSON, body), status, fields);
    }

    /** The dispatcher knows what the timeline does not. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\0', textBlock = """
                    {"command_type":"JUMP"}
                    {"command_type":"SET_REPORT_INTERVAL","parameters":{"interval":0}}
                    """)
    void eventsWithImpossibleCommandsAreRefusedWhenMade(String command) throws Exception {
        String body = "{\"name\":\"Impossible\",\"time\":\"2030-01-01T00:00:00Z\",\"command\":" + command + "}";
        Answer answer = ground.send("POST", Part.TIMELINE, "/input", ground.token("operator"), JSON, body);
        assertThat(answer.status()).as("%s", answer).isEqualTo(422);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    COMMAND_DISPATCHER | /commands?limit=0
                    COMMAND_DISPATCHER | /commands?limit=1001
                    COMMAND_DISPATCHER | /commands?cursor=AAAA
                    COMMAND_DISPATCHER | /commands?state=asleep
                    COMMAND_DISPATCHER | /commands?devcie=rover
                    COMMAND_DISPATCHER | /commands?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z
                    TIMELINE | /data?limit=0
                    TIMELINE | /data?cursor=AAAA
                    TIMELINE | /data?kind=party
                    TIMELINE | /data?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z
                    LUNAR_MODULE | /predictions?hours=0
                    LUNAR_MODULE | /predictions?hours=1000
                    """)
    void impossibleQuestionsAreRefused(Part part, String path) throws Exception {
        Answer answer = ground.get(part, path, ground.token("viewer"));
        assertThat(answer.status()).as("%s", answer).isEqualTo(400);
        assertThat(answer.problem()).isEqualTo("urn:perilune:problem:malformed");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\0', textBlock = """
                    COMMAND_DISPATCHER | POST | /dispatch | {"command_type":"START_MISSION"} | viewer
                    COMMAND_DISPATCHER | PUT | /dictionary/lunar-module | {"commands":[]} | flight-director
                    COMMAND_DISPATCHER | POST | /commands/01a1fd09-63ab-7440-bb88-231590bfc75a/approve | {} | operator
                    TIMELINE | POST | /input | {"name":"a","time":"2030-01-01T00:00:00Z"} | viewer
                    LUNAR_MODULE | POST | /command | {"command_type":"START_MISSION","parameters":{}} | viewer
                    """)
    void rolesThatMayNotAreTurnedAway(Part part, String method, String path, String body, String role)
            throws Exception {
        Answer answer = ground.send(method, part, path, ground.token(role), JSON, body);
        assertThat(answer.status()).as("%s", answer).isEqualTo(403);
        assertThat(ground.send(method, part, path, null, JSON, body).status()).isEqualTo(401);
    }

    private int commands(String token) throws Exception {
        return ground.get(Part.COMMAND_DISPATCHER, "/commands?limit=1000", token)
                .json()
                .path("commands")
                .size();
    }

    private static void expect(Answer answer, int status, @Nullable String fields) {
        assertThat(answer.status()).as("%s", answer).isEqualTo(status);
        assertThat(answer.type()).isEqualTo("application/problem+json");
        List<String> named = new ArrayList<>(answer.json().path("errors").findValuesAsText("field"));
        if (fields != null) {
            assertThat(named.stream().distinct().sorted()).as("%s", answer).isEqualTo(List.of(fields.split(",")));
        }
    }
}
