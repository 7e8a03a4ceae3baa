package org.perilune.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.perilune.conformance.Ground.Answer;
import org.perilune.conformance.Perilune.Part;

/** A command sent while the module is behind the Moon waits and is executed when it is back, or expires. */
final class FarSideTest {
    /** A revolution in two minutes, behind the Moon for about a quarter of a minute of it. */
    private static final Map<String, String> FAST =
            Map.of("lunar-module.time-scale", "200", "lunar-module.first-loss.after", "30m");

    private static final Duration REVOLUTION = Duration.ofMinutes(3);

    @TempDir
    private Path folder = Path.of("");

    @Test
    @Timeout(value = 10, unit = TimeUnit.MINUTES)
    void commandsWaitForTheLinkOrExpire() throws Exception {
        try (var perilune = Perilune.in(folder.resolve("home"), FAST);
                var ground = new Ground(perilune)) {
            perilune.start();
            String token = ground.token("operator");
            await("loss of signal")
                    .atMost(REVOLUTION)
                    .until(() -> !vehicle(ground, token).path("link").asBoolean());
            String waiting = dispatch(ground, token, 600);
            String hasty = dispatch(ground, token, 2);
            await("the hasty one to expire")
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> state(ground, token, hasty).equals("expired"));
            await("the other one to be executed")
                    .atMost(REVOLUTION)
                    .until(() -> state(ground, token, waiting).equals("completed"));
            JsonNode history = ground.get(Part.COMMAND_DISPATCHER, "/commands/" + waiting, token)
                    .json()
                    .path("history");
            assertThat(received(history))
                    .as("came when the module was back: %s", history)
                    .isAfter(Instant.parse(history.get(0).path("at").asText()));
            assertThat(ground.get(Part.COMMAND_DISPATCHER, "/commands/" + hasty, token)
                            .json()
                            .path("history")
                            .findValuesAsText("stage"))
                    .containsExactly("accepted", "expired");
            assertThat(ground.get(Part.LUNAR_MODULE, "/commands?limit=10", token)
                            .json()
                            .toString())
                    .contains(waiting)
                    .doesNotContain(hasty);
        }
    }

    private static JsonNode vehicle(Ground ground, String token) throws Exception {
        return ground.get(Part.LUNAR_MODULE, "/state", token).json().path("vehicle");
    }

    private static String dispatch(Ground ground, String token, int expiresSeconds) throws Exception {
        Answer taken = ground.send(
                "POST", Part.COMMAND_DISPATCHER, "/dispatch", token, "application/json", """
                {"command_type":"SET_REPORT_INTERVAL","parameters":{"interval":1},"expires_in":%d}""".formatted(expiresSeconds));
        assertThat(taken.status()).as("%s", taken).isEqualTo(202);
        return taken.json().path("id").asText();
    }

    private static String state(Ground ground, String token, String id) throws Exception {
        return ground.get(Part.COMMAND_DISPATCHER, "/commands/" + id, token)
                .json()
                .path("state")
                .asText();
    }

    private static Instant received(JsonNode history) {
        for (JsonNode step : history) {
            if (step.path("stage").asText().equals("received")
                    || step.path("stage").asText().equals("completed")) {
                return Instant.parse(step.path("at").asText());
            }
        }
        throw new AssertionError("It never came: " + history);
    }
}
