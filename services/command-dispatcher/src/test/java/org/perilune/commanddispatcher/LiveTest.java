package org.perilune.commanddispatcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.perilune.chassis.json.Json;
import org.perilune.chassis.runtime.Service;
import org.perilune.chassis.runtime.Threads;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LiveTest {
    private DispatchFixture house;

    @BeforeAll
    void start(@TempDir Path home) throws Exception {
        house = new DispatchFixture(home);
    }

    @AfterAll
    void stop() throws Exception {
        house.close();
    }

    private final class Reader implements AutoCloseable {
        private final List<JsonNode> commands = new CopyOnWriteArrayList<>();
        private final AtomicBoolean following = new AtomicBoolean();
        private final AtomicBoolean ended = new AtomicBoolean();
        private final InputStream body;
        private final BufferedReader lines;

        private Reader(Service copy, String path, String token) throws Exception {
            HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + copy.port() + path))
                    .header("Authorization", "Bearer " + token)
                    .build();
            HttpResponse<InputStream> answer = house.client().send(request, HttpResponse.BodyHandlers.ofInputStream());
            assertThat(answer.statusCode()).isEqualTo(200);
            body = answer.body();
            lines = new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8));
            Threads.start("test-follower", this::read);
            await().untilTrue(following);
        }

        private void read() {
            try {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    following.set(true);
                    if (line.startsWith("data: ")) {
                        commands.add(Json.mapper().readTree(line.substring(6)));
                    }
                }
            } catch (IOException closed) {
                following.set(true);
            }
            ended.set(true);
        }

        @Override
        public void close() throws IOException {
            body.close(); // the reader's own close() would wait for its line
        }
    }

    @Test
    void tellsOfChangesByAnyCopy() throws Exception {
        house.ground.devices.put("watched", "lunar-module");
        try (var reader = new Reader(house.other, "/stream?device=watched", house.ground.token("vera"))) {
            house.taken("otto", "{\"command_type\":\"START_MISSION\"}");
            String id = house.taken("otto", """
                            {"command_type":"FIRE_ENGINE","device":"watched","parameters":{"delta_v":1}}""").get("id").asText();
            await().until(() -> !reader.commands.isEmpty());
            house.post("fred", "/commands/" + id + "/reject", "{\"reason\":\"no\"}");
            await().until(() -> reader.commands.getLast().get("state").asText().equals("rejected"));
            assertThat(reader.commands)
                    .allSatisfy(
                            command -> assertThat(command.get("id").asText()).isEqualTo(id));
        }
    }

    @Test
    void aStreamEndsWithItsToken() throws Exception {
        try (var reader = new Reader(house.service, "/stream", house.ground.sign("vera", 1))) {
            await().untilTrue(reader.ended);
        }
    }

    @Test
    void aStreamEndsWhenChangesMayHaveBeenMissed() throws Exception {
        try (var reader = new Reader(house.service, "/stream", house.ground.token("vera"))) {
            house.run("select pg_terminate_backend(pid) from pg_stat_activity"
                    + " where application_name = 'command_dispatcher-changes'");
            await().untilTrue(reader.ended);
        }
        try (var reader = new Reader(house.service, "/stream", house.ground.token("vera"))) {
            await().untilAsserted(() -> {
                house.taken("otto", "{\"command_type\":\"START_MISSION\"}");
                assertThat(reader.commands).isNotEmpty();
            });
        }
    }
}
