package org.perilune.lunarmodule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.perilune.contracts.v1.Stage;

class LunarModuleKillTest {
    @TempDir
    Path folder;

    @Test
    void whatCountsAsDoneOutlivesAKill() throws Exception {
        try (var ground = new Ground(folder.resolve("embedded"))) {
            Path journal = folder.resolve("journal");
            var settings = ground.settings(journal, Map.of());
            Process process = process(settings);
            double period;
            String turn;
            try {
                ground.run("SET_REPORT_INTERVAL", Map.of("interval", 0.2));
                ground.run("FIRE_ENGINE", Map.of("delta_v", 30));
                var end = ground.run("FIRE_ENGINE", Map.of("delta_v", -10));
                period = Ground.value(end.getResultsList(), "period").getNumber();
                turn = ground.send("SET_ATTITUDE", Map.of("roll", 30, "pitch", 0, "yaw", 0));
                ground.ack(turn, Stage.STAGE_EXECUTING);
            } finally {
                process.destroyForcibly().waitFor();
            }
            ground.frames.clear();
            ground.connects.clear();
            try (var service = LunarModuleService.start(Ground.config(settings), Clock.systemUTC())) {
                assertThat(ground.end(turn).getStage()).isEqualTo(Stage.STAGE_UNKNOWN);
                var frame = ground.freshFrame();
                assertThat(Ground.number(frame, "period")).isCloseTo(period, within(1e-9));
                assertThat(ground.connects.getFirst().getReportIntervalMillis()).isEqualTo(200);
                // Beyond what it drifts by: the turn goes on, a degree a second.
                Ground.patiently().until(() -> Ground.number(ground.freshFrame(), "roll") > 0.6);
                var predictions = ground.json(service, "/predictions");
                assertThat(predictions.path("orbit_version").asInt()).isEqualTo(3);
                Ground.patiently().until(() -> ground.get(service, "/command").statusCode() == 204);
                var commands = ground.json(service, "/commands").path("commands");
                assertThat(commands.findValuesAsText("state"))
                        .containsExactly("unknown", "completed", "completed", "completed");
            }
        }
    }

    private Process process(Map<String, String> settings) throws Exception {
        List<String> lines = settings.entrySet().stream()
                .map(setting -> setting.getKey() + "=" + setting.getValue())
                .toList();
        Path file = Files.write(folder.resolve("settings"), lines);
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        LunarModuleKillMain.class.getName(),
                        file.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("output").toFile())
                .start();
    }
}
