package org.perilune.eventbus.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.perilune.eventbus.BusFixture;
import org.perilune.testkit.Caller;

class SubscriptionInputTest {
    private static final String URL = "\"url\":\"http://localhost:1/\"";

    @TempDir
    static Path home;

    private static BusFixture fixture;

    @BeforeAll
    static void start() throws Exception {
        fixture = new BusFixture(home, Map.of("allowed-hosts", "localhost"));
    }

    @AfterAll
    static void stop() {
        fixture.close();
    }

    private static HttpResponse<String> post(String body) throws Exception {
        return fixture.administrator().send("POST", "/subscriptions", body);
    }

    @Test
    void badInputIsNamed() throws Exception {
        var faults = Map.ofEntries(
                Map.entry("{\"types\":[]}", "url: is missing"),
                Map.entry("{" + URL + "}", "types: is missing"),
                Map.entry("{" + URL + ",\"types\":[\"*\"]}", "no wildcards"),
                Map.entry("{" + URL + ",\"types\":[\"#\"]}", "no wildcards"),
                Map.entry("{" + URL + ",\"types\":[\"Post.*\"]}", "no wildcards"),
                Map.entry("{" + URL + ",\"types\":[\"\"]}", "types"),
                Map.entry("{" + URL + ",\"types\":[null]}", "types"),
                Map.entry("{" + URL + ",\"types\":\"PostCreated\"}", "types"),
                Map.entry("{" + URL + ",\"types\":[\"" + "a".repeat(129) + "\"]}", "types"),
                Map.entry("{" + URL + ",\"types\":[" + "\"a\",".repeat(100) + "\"a\"]}", "100 types at most"),
                Map.entry("{" + URL + ",\"types\":[],\"secret\":\"mine\"}", "no such field"),
                Map.entry("{\"url\":\"https://localhost.localdomain@127.0.0.1/\",\"types\":[]}", "user"),
                Map.entry("{\"url\":\"https://127.0.0.1/\",\"types\":[]}", "public address"));
        for (var fault : faults.entrySet()) {
            HttpResponse<String> answer = post(fault.getKey());
            assertThat(answer.statusCode()).as(fault.getKey() + answer.body()).isEqualTo(422);
            assertThat(answer.body()).contains(fault.getValue());
        }
        assertThat(post("{").statusCode()).isEqualTo(400);
        assertThat(fixture.operator().get("/subscriptions").path("subscriptions"))
                .isEmpty();
    }

    @Test
    void onlyAdministratorsMakeAndEndThem() throws Exception {
        for (String role : List.of("viewer", "operator", "flight-director")) {
            try (Caller caller = fixture.as(role, fixture.bus())) {
                assertThat(caller.send("POST", "/subscriptions", "{" + URL + ",\"types\":[]}")
                                .statusCode())
                        .as(role)
                        .isEqualTo(403);
                assertThat(caller.send("DELETE", "/subscriptions/01a1fdb5-4128-78a9-99ae-10923b6fed74", "")
                                .statusCode())
                        .isEqualTo(403);
            }
        }
    }

    @Test
    void thereIsABound() throws Exception {
        for (int i = 0; i < SubscriptionStore.MOST; i++) {
            assertThat(post("{" + URL + ",\"types\":[\"Nothing\"]}").statusCode())
                    .isEqualTo(201);
        }
        assertThat(post("{" + URL + ",\"types\":[]}").statusCode()).isEqualTo(409);
        for (var made : fixture.operator().get("/subscriptions").path("subscriptions")) {
            String path = "/subscriptions/" + made.path("id").asText();
            assertThat(fixture.administrator().send("DELETE", path, "").statusCode())
                    .isEqualTo(204);
            assertThat(fixture.administrator().send("DELETE", path, "").statusCode())
                    .isEqualTo(404);
        }
    }
}
