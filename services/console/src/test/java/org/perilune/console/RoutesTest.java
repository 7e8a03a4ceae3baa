package org.perilune.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.perilune.chassis.json.Json;

/** What the console lets through to the services, and what not, whatever a page would have sent. */
final class RoutesTest {
    private final HttpClient http = HttpClient.newHttpClient();
    private TestConsole console;
    private String cookie = "";
    private String form = "";

    @BeforeEach
    void open() throws IOException {
        console = new TestConsole();
    }

    @AfterEach
    void close() {
        http.shutdownNow();
        console.close();
    }

    @ParameterizedTest
    @CsvSource({
        "viewer,/commands",
        "viewer,/commands/{id}/cancel",
        "viewer,/timeline",
        "viewer,/timeline/{id}",
        "viewer,/timeline/{id}/cancel",
        "viewer,/log",
        "viewer,/log/references",
        "viewer,/log/{id}",
        "viewer,/log/{id}/delete",
        "viewer,/log/{id}/comments",
        "viewer,/log/comments/{id}",
        "viewer,/log/comments/{id}/delete",
        "viewer,/log/moderation/try",
        "viewer,/system/dead-letters/d1/redrive",
        "viewer,/system/dead-letters/d1/dismiss",
        "operator,/log/moderation/rules",
        "operator,/log/moderation/{id}/approve",
        "operator,/log/moderation/{id}/reject",
        "operator,/commands/{id}/approve",
        "operator,/commands/{id}/reject"
    })
    void refusesWhatTheRoleDoesNotAllow(String role, String path) throws Exception {
        logIn("eve", role);
        var answer = post(path.replace("{id}", UUID.randomUUID().toString()), Map.of("body", "{}", "key", "k"));
        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(console.dispatcher.dispatched).isEmpty();
        assertThat(console.timeline.sent).isEmpty();
        assertThat(console.log.sent).isEmpty();
        assertThat(console.moderation.sent).isEmpty();
    }

    @Test
    void refusesAFormWithoutItsToken() throws Exception {
        logIn("ada", "operator");
        form = "guessed";
        assertThat(post("/commands", Map.of("body", "{\"command_type\":\"START_MISSION\"}"))
                        .statusCode())
                .isEqualTo(403);
        assertThat(console.dispatcher.dispatched).isEmpty();
    }

    @Test
    void passesTheKeyOnAndTheAnswerBack() throws Exception {
        logIn("ada", "operator");
        var fields = Map.of("body", "{\"command_type\":\"START_MISSION\"}", "key", "one");
        var first = post("/commands", fields);
        var second = post("/commands", fields);
        assertThat(first.statusCode()).isEqualTo(202);
        assertThat(Json.mapper().readTree(second.body()).path("id"))
                .isEqualTo(Json.mapper().readTree(first.body()).path("id"));
        assertThat(console.dispatcher.dispatched)
                .extracting(StandInService.Request::key)
                .containsExactly("one", "one");
        assertThat(console.dispatcher.dispatched)
                .extracting(StandInService.Request::caller)
                .containsOnly("ada");
    }

    @Test
    void passesFaultsByFieldBack() throws Exception {
        logIn("ada", "operator");
        var answer = post("/commands", Map.of("body", "{\"command_type\":\"SET_ATTITUDE\",\"parameters\":{}}"));
        assertThat(answer.statusCode()).isEqualTo(422);
        assertThat(Json.mapper().readTree(answer.body()).at("/errors/0/field").asText())
                .isEqualTo("parameters.pitch");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "line\nend", "blank key", "ü"})
    void refusesAKeyThatIsNoHeader(String key) throws Exception {
        logIn("ada", "operator");
        assertThat(post("/commands", Map.of("body", "{}", "key", key)).statusCode())
                .isEqualTo(400);
        assertThat(console.dispatcher.dispatched).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/commands/1",
                "/commands/..%2Fdictionary/now.json",
                "/dictionary/..%2Fkeys",
                "/timeline/x/now.json",
                "/log/1",
                "/log/..%2Frebuild/entry",
                "/log/comments/x/raw.json",
                "/log/around?at=now"
            })
    void leadsNowhereElse(String path) throws Exception {
        logIn("ada", "operator");
        assertThat(get(path).statusCode()).isIn(400, 404);
    }

    @Test
    void csvThatTelemetryBreaksOffDoesNotLookWhole() throws Exception {
        logIn("ada", "viewer");
        assertThat(get("/data.csv?device=lunar-module").statusCode()).isEqualTo(200);
        assertThatThrownBy(() -> get("/data.csv?device=broken")).isInstanceOf(IOException.class);
    }

    @Test
    void readsTheFleetOnceForManyHeaders() throws Exception {
        logIn("ada", "viewer");
        for (int i = 0; i < 5; i++) {
            assertThat(get("/worst").body()).contains("battery");
        }
        assertThat(console.services.asked.stream().filter("/devices"::equals)).hasSizeBetween(1, 2);
    }

    @Test
    void givesAllThatAPageFollowsAsOneStream() throws Exception {
        logIn("ada", "viewer");
        try (InputStream stream = live("?source=telemetry/lunar-module&source=commands&source=timeline/lunar-module")) {
            var lines = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8));
            await().until(() -> console.services.followers() == 1
                    && console.dispatcher.http().followers() == 1
                    && console.timeline.http().followers() == 1);
            assertThat(console.services.asked).contains("/stream?device=lunar-module");
            console.dispatcher.http().breakOff("event: command\ndata: {\"id\":");
            console.services.frame("lunar-module", Instant.now(), "{\"speed\":1}");
            console.timeline.change(
                    console.timeline.add("Burn", "planned", "planned", Instant.now(), Instant.now()),
                    "name",
                    "Long burn");
            await().until(() -> console.dispatcher.http().followers() == 1);
            console.dispatcher.add("START_MISSION", "sent", "ada", null);
            String said = until(lines, "START_MISSION");
            assertThat(said).contains("event: frames", "Long burn", "{\"source\":\"timeline\"}");
            assertThat(said).doesNotContain("data: {\"id\":\n");
        }
    }

    @Test
    void refusesAStreamOfNothingKnown() throws Exception {
        logIn("ada", "viewer");
        assertThat(get("/live?source=secrets").statusCode()).isEqualTo(400);
        assertThat(get("/live?source=telemetry/a%20b").statusCode()).isEqualTo(400);
    }

    @Test
    void answersForATypeOfDeviceWithoutCommands() throws Exception {
        logIn("ada", "viewer");
        var answer = get("/dictionary/probe");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).contains("\"declared\":false");
        assertThat(get("/dictionary/lunar-module").body()).contains("EMERGENCY_STOP");
    }

    private static String until(BufferedReader lines, String word) throws IOException {
        var read = new StringBuilder();
        while (read.indexOf(word) < 0) {
            read.append(lines.readLine()).append('\n');
        }
        return read.toString();
    }

    private InputStream live(String query) throws IOException, InterruptedException {
        return http.send(request("/live" + query).GET().build(), HttpResponse.BodyHandlers.ofInputStream())
                .body();
    }

    private void logIn(String name, String role) throws IOException, InterruptedException {
        console.services.roles.put(name, role);
        cookie = "";
        form = "";
        var answer = post("/login", Map.of("name", name, "password", StandIn.PASSWORD));
        cookie = answer.headers().firstValue("Set-Cookie").orElseThrow().split(";")[0];
        Matcher token = Pattern.compile("name=\"_form\" value=\"([^\"]+)\"")
                .matcher(get("/commands").body());
        assertThat(token.find()).isTrue();
        form = token.group(1);
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return http.send(request(path).GET().build(), HttpResponse.BodyHandlers.ofString());
    }

    private HttpResponse<String> post(String path, Map<String, String> fields)
            throws IOException, InterruptedException {
        String body = fields.entrySet().stream()
                .map(field -> field.getKey() + "=" + URLEncoder.encode(field.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&", "_form=" + form + "&", ""));
        return http.send(
                request(path)
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(console.at(path)))
                .header("Sec-Fetch-Site", "same-origin")
                .header("Cookie", cookie);
    }
}
