package org.perilune.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.perilune.conformance.Ground.Answer;
import org.perilune.conformance.Perilune.Part;

/** What HTTP answers to bad requests: the catalogue of problems, and nothing of what is inside. */
@ExtendWith(SharedPerilune.class)
final class BadRequestTest {
    private static final String JSON = "application/json";
    private static final String GOOD =
            "{\"timestamp\":\"2026-11-21T02:38:00Z\",\"position\":1.5,\"speed\":2,\"status\":\"nominal\",\"device\":\"typist\"}";

    private final Perilune perilune;
    private final Ground ground;

    BadRequestTest(Perilune perilune) {
        this.perilune = perilune;
        this.ground = new Ground(perilune);
    }

    @AfterEach
    void leave() {
        assertThat(perilune.isAlive()).isTrue();
        ground.close();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    /data?limit=0                                                      | 400 | malformed | limit
                    /data?limit=1001                                                   | 400 | malformed | limit
                    /data?limit=1e9                                                    | 400 | malformed | limit
                    /data?limit=                                                       | 400 | malformed | limit
                    /data?devcie=rover                                                 | 400 | malformed | devcie
                    /data?from=yesterday                                               | 400 | malformed | from
                    /data?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z            | 400 | malformed | from
                    /data?from=2001-01-01T00:00:00Z&to=2026-01-01T00:00:00Z            | 400 | malformed | from
                    /data?cursor=AAAA                                                  | 400 | malformed | cursor
                    /data?cursor=!                                                     | 400 | malformed | cursor
                    /series?device=lunar-module                                        | 400 | malformed | parameter
                    /series?device=lunar-module&parameter=altitude&pixels=9            | 400 | malformed | pixels
                    /series?device=lunar-module&parameter=altitude&pixels=4001         | 400 | malformed | pixels
                    /rejects?limit=-1                                                  | 400 | malformed | limit
                    /data?device=nobody                                                | 404 | not-found |
                    /devices/nobody                                                    | 404 | not-found |
                    /nowhere                                                           | 404 | not-found |
                    """)
    void impossibleQuestionsAreRefused(String path, int status, String problem, @Nullable String field)
            throws Exception {
        Answer answer = ground.get(Part.TELEMETRY, path, ground.token("viewer"));
        expect(answer, status, problem);
        assertThat(answer.json().path("errors").findValuesAsText("field"))
                .isEqualTo(field == null ? List.of() : List.of(field));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\0', textBlock = """
                    {"timestamp":                                                                      | 400 | malformed |
                    not json                                                                           | 400 | malformed |
                    []                                                                                 | 422 | invalid   | body
                    null                                                                               | 422 | invalid   | body
                    {}                                                        | 422 | invalid | position,speed,status,timestamp
                    {"timestamp":"2026-11-21T02:38:00Z","position":"far","speed":1,"status":""}        | 422 | invalid | position
                    {"timestamp":"2026-11-21T02:38:00Z","position":1,"speed":1,"status":5}             | 422 | invalid | status
                    {"timestamp":"soon","position":1,"speed":1,"status":""}                            | 422 | invalid | timestamp
                    {"timestamp":"2026-11-21T02:38:00Z","position":1,"speed":1e999,"status":""}        | 422 | invalid | speed
                    {"timestamp":"2026-11-21T02:38:00Z","position":1,"speed":1,"status":"","color":"red"} | 422 | invalid | color
                    {"timestamp":"2026-11-21T02:38:00Z","position":1,"speed":1,"status":"","device":"a/b"} | 422 | invalid | device
                    """)
    void wrongFieldsAreNamed(String body, int status, String problem, @Nullable String fields) throws Exception {
        Answer answer = ground.send("POST", Part.TELEMETRY, "/input", ground.token("operator"), JSON, body);
        expect(answer, status, problem);
        assertThat(answer.json().path("errors").findValuesAsText("field").stream()
                        .distinct()
                        .sorted())
                .isEqualTo(List.of(Objects.requireNonNullElse(fields, "").split(",")).stream()
                        .filter(field -> !field.isEmpty())
                        .toList());
    }

    @Test
    void unknownFieldsOfALogInAreRefused() throws Exception {
        Answer answer = ground.send(
                "POST", Part.CREW, "/sessions", null, JSON, "{\"name\":\"a\",\"password\":\"b\",\"admin\":true}");
        expect(answer, 422, "invalid");
        assertThat(answer.json().path("errors").findValuesAsText("field")).containsExactly("admin");
    }

    @Test
    void bodiesThatAreTooLargeOrNoJsonAreRefused() throws Exception {
        String token = ground.token("operator");
        String large = GOOD.replace("nominal", "x".repeat(1 << 20));
        expect(ground.send("POST", Part.TELEMETRY, "/input", token, JSON, large), 413, "content-too-large");
        expect(ground.send("POST", Part.TELEMETRY, "/input", token, "text/plain", GOOD), 415, "unsupported-media-type");
        expect(ground.send("POST", Part.TELEMETRY, "/input", token, null, GOOD), 415, "unsupported-media-type");
        expect(ground.send("DELETE", Part.TELEMETRY, "/data", token, null, null), 405, "method-not-allowed");
    }

    /** That a token ends with its time is tested where the clock can be moved: it outlives this test. */
    @Test
    void nobodyGetsInWithoutATokenOfOurs() throws Exception {
        String token = ground.token("viewer");
        var bad = new ArrayList<@Nullable String>(forged(token));
        bad.add(null);
        for (String attempt : bad) {
            for (Part service : List.of(
                    Part.TELEMETRY,
                    Part.STATUS,
                    Part.CREW,
                    Part.LUNAR_MODULE,
                    Part.COMMAND_DISPATCHER,
                    Part.TIMELINE)) {
                Answer answer = ground.get(service, path(service), attempt);
                expect(answer, 401, "unauthenticated");
            }
        }
        assertThat(ground.get(Part.TELEMETRY, "/devices", token).status()).isEqualTo(200);
        expect(ground.send("POST", Part.TELEMETRY, "/input", token, JSON, GOOD), 403, "forbidden");
        expect(ground.send("POST", Part.CREW, "/people", token, JSON, "{}"), 403, "forbidden");
    }

    private static String path(Part service) {
        return switch (service) {
            case STATUS -> "/status";
            case CREW -> "/people";
            case LUNAR_MODULE -> "/state";
            case COMMAND_DISPATCHER -> "/commands";
            case TIMELINE -> "/data";
            default -> "/devices";
        };
    }

    /** No token at all, one with other claims, one of another key, one of no key. */
    private static List<String> forged(String token) {
        String[] parts = token.split("\\.");
        var decoder = Base64.getUrlDecoder();
        var encoder = Base64.getUrlEncoder().withoutPadding();
        String claims = new String(decoder.decode(parts[1]), StandardCharsets.UTF_8);
        byte[] promoted = claims.replace("viewer", "administrator").getBytes(StandardCharsets.UTF_8);
        byte[] signature = decoder.decode(parts[2]);
        signature[7] ^= 1;
        byte[] unsigned = "{\"alg\":\"none\",\"typ\":\"at+jwt\"}".getBytes(StandardCharsets.UTF_8);
        assertThat(claims).contains("viewer");
        return List.of(
                "nonsense",
                parts[0] + "." + encoder.encodeToString(promoted) + "." + parts[2],
                parts[0] + "." + parts[1] + "." + encoder.encodeToString(signature),
                encoder.encodeToString(unsigned) + "." + encoder.encodeToString(promoted) + ".",
                "x".repeat(5_000));
    }

    @Test
    void aWrongSecretGetsNoToken() throws Exception {
        expect(
                ground.send("POST", Part.CREW, "/tokens", null, JSON, "{\"client\":\"cli\",\"secret\":\"guess\"}"),
                401,
                "unauthenticated");
        expect(ground.send("POST", Part.CREW, "/tokens", null, JSON, "{\"client\":\"cli\"}"), 422, "invalid");
    }

    @Test
    void goodInputIsStoredBeforeItIsAnswered() throws Exception {
        Answer first = ground.send("POST", Part.TELEMETRY, "/input", ground.token("operator"), JSON, GOOD);
        assertThat(first.status()).as("%s", first).isEqualTo(201);
        assertThat(ground.readings("typist")).singleElement().satisfies(reading -> {
            assertThat(reading.path("position").asDouble()).isEqualTo(1.5);
            assertThat(reading.path("seq").asText())
                    .isEqualTo(first.json().path("seq").asText());
        });
    }

    /** As RFC 9457 and docs/problems.md have it, and without a word from inside. */
    private static void expect(Answer answer, int status, String problem) {
        assertThat(answer.status()).as("%s", answer).isEqualTo(status);
        assertThat(answer.type()).isEqualTo("application/problem+json");
        assertThat(answer.problem()).isEqualTo("urn:perilune:problem:" + problem);
        assertThat(answer.json().path("status").asInt()).isEqualTo(status);
        assertThat(answer.json().path("instance").asText()).startsWith("urn:uuid:");
        assertThat(answer.json().path("title").asText()).isNotBlank();
        assertThat(answer.json().toString()).doesNotContain("Exception", "org.perilune", "jackson", "\tat ");
    }
}
