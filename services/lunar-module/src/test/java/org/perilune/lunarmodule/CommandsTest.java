package org.perilune.lunarmodule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.Comparator;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.perilune.chassis.runtime.Service;
import org.perilune.contracts.v1.Ack;
import org.perilune.contracts.v1.Frame;
import org.perilune.contracts.v1.Stage;
import org.perilune.lunarmodule.mission.MissionFile;
import org.perilune.lunarmodule.orbit.Body;
import org.perilune.lunarmodule.orbit.EngineBurn;

/** Commands through the real broker, as the dispatcher sends them. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CommandsTest {
    /** Of the Moon, m³/s². */
    private static final double GRAVITY = 4.902_8e12;

    private Ground ground;

    @BeforeAll
    void startGround(@TempDir Path home) throws Exception {
        ground = new Ground(home);
    }

    @BeforeEach
    void forget() throws Exception {
        ground.forget();
    }

    @AfterAll
    void stopGround() {
        ground.close();
    }

    private Service start(Path folder, Map<String, String> extra) {
        return LunarModuleService.start(ground.config(folder, extra), Clock.systemUTC());
    }

    @Test
    void firingTheEngineGivesTheOrbitThatTelemetryThenShows(@TempDir Path folder) throws Exception {
        try (var service = start(folder, Map.of("report.interval", "50ms"))) {
            var before = ground.freshFrame();
            var predicted = ground.json(service, "/predictions?hours=12");
            Ack end = ground.run("FIRE_ENGINE", Map.of("delta_v", 80));
            var after = ground.freshFrame();

            assertThat(end.getStage()).isEqualTo(Stage.STAGE_COMPLETED);
            assertThat(end.getDetail()).contains("km", "min", "kg of propellant are left");
            double speed = Ground.number(before, "speed") + 80;
            double radius = Body.MOON_RADIUS + 1_000 * Ground.number(before, "altitude");
            double axis = 1 / (2 / radius - speed * speed / GRAVITY);
            double period = 2 * Math.PI * Math.sqrt(axis * axis * axis / GRAVITY) / 60;
            assertThat(Ground.number(before, "period")).isCloseTo(360, within(0.001));
            assertThat(Ground.number(after, "period")).isCloseTo(period, within(0.3));
            assertThat(Ground.number(after, "speed")).isCloseTo(speed, within(0.5));
            double low = Ground.number(after, "perilune_altitude");
            double high = Ground.number(after, "apolune_altitude");
            assertThat(2_000 * Body.MOON_RADIUS / 1_000 + 1_000 * (low + high)).isCloseTo(2 * axis, within(4_000.0));
            assertThat(Ground.number(before, "engine_propellant") - Ground.number(after, "engine_propellant"))
                    .isCloseTo(EngineBurn.propellant(15_264, 80), within(0.01));
            assertThat(Ground.value(end.getResultsList(), "period").getNumber())
                    .isCloseTo(Ground.number(after, "period"), within(1e-6));

            var now = ground.json(service, "/predictions?hours=12");
            assertThat(now.path("orbit_version").asInt())
                    .isEqualTo(predicted.path("orbit_version").asInt() + 1);
            var announced = ground.connects.getLast();
            assertThat(announced.getSilenceFromMicros())
                    .isNotEqualTo(ground.connects.getFirst().getSilenceFromMicros());
            assertThat(announced.getSilenceFromMicros() / 1_000)
                    .isCloseTo(firstLoss(now).toEpochMilli(), within(5L));
        }
    }

    private static Instant firstLoss(JsonNode predictions) {
        for (JsonNode event : predictions.path("events")) {
            if (event.path("kind").asText().equals("loss-of-signal")) {
                return Instant.parse(event.path("from").asText());
            }
        }
        throw new AssertionError("No loss of signal in " + predictions);
    }

    @Test
    void takesAReadingBeforeAndAfterAManoeuvreHoweverSeldomItReports(@TempDir Path folder) {
        try (var _ = start(folder, Map.of("report.interval", "10m", "time-scale", "60"))) {
            String id = ground.send("FIRE_ENGINE", Map.of("delta_v", 40));
            Ack end = ground.end(id);
            Ack began = ground.ack(id, Stage.STAGE_EXECUTING);
            // What a verification of the ground's goes by.
            Ground.patiently()
                    .until(() -> ground.frames.stream().anyMatch(frame -> frame.getTimeMicros() > end.getTimeMicros()));
            var before = ground.frames.stream()
                    .filter(frame -> frame.getTimeMicros() < began.getTimeMicros())
                    .max(Comparator.comparingLong(Frame::getTimeMicros))
                    .orElseThrow();
            var after = ground.frames.stream()
                    .filter(frame -> frame.getTimeMicros() > end.getTimeMicros())
                    .findFirst()
                    .orElseThrow();
            assertThat(Ground.number(after, "speed") - Ground.number(before, "speed"))
                    .isCloseTo(40, within(1.5));
        }
    }

    @Test
    void keepsOrbitPhaseAndIntervalOverARestart(@TempDir Path folder) {
        var service = start(folder, Map.of());
        try (service) {
            assertThat(ground.run("SET_REPORT_INTERVAL", Map.of("interval", 0.1))
                            .getStage())
                    .isEqualTo(Stage.STAGE_COMPLETED);
            Ground.patiently().until(() -> ground.connects.getLast().getReportIntervalMillis() == 100);
            int frames = ground.frames.size();
            Ground.patiently().until(() -> ground.frames.size() > frames + 5);
            ground.run("FIRE_ENGINE", Map.of("delta_v", -20));
            ground.run("PAUSE_MISSION", Map.of());
        }
        var kept = new MissionFile(folder).read(0).orElseThrow();
        assertThat(kept.trajectory().version()).isEqualTo(2);
        ground.frames.clear();
        ground.connects.clear();
        try (var _ = start(folder, Map.of())) {
            var frame = ground.freshFrame();
            assertThat(Ground.text(frame, "mission")).isEqualTo("paused");
            assertThat(Ground.number(frame, "period"))
                    .isCloseTo(kept.trajectory().elements().periodSeconds() / 60, within(1e-9));
            assertThat(ground.connects.getFirst().getReportIntervalMillis()).isEqualTo(100);
            assertThat(ground.run("FIRE_ENGINE", Map.of("delta_v", 20)).getDetail())
                    .contains("paused");
        }
    }

    @Test
    void refusesWhatItDoesNotKnowOrMayNotDo(@TempDir Path folder) {
        try (var _ = start(folder, Map.of())) {
            refused("SELF_DESTRUCT", Map.of(), "FIRE_ENGINE");
            refused("START_MISSION", Map.of("really", 1), "no argument really");
            refused("FIRE_ENGINE", Map.of(), "delta_v");
            refused("FIRE_ENGINE", Map.of("delta_v", "fast"), "delta_v");
            refused("FIRE_ENGINE", Map.of("delta_v", 0), "other than 0");
            refused("FIRE_ENGINE", Map.of("delta_v", 5_000), "kg of propellant");
            refused("FIRE_ENGINE", Map.of("delta_v", -900), "lowest point");
            refused("FIRE_ENGINE", Map.of("delta_v", 900), "escape speed");
            refused("SET_REPORT_INTERVAL", Map.of("interval", 0.05), "from 0.1 to 3600");
            refused("SET_ATTITUDE", Map.of("roll", 31, "pitch", 0, "yaw", 0), "roll is 31");
            refused("SET_ATTITUDE", Map.of("yaw", "left"), "yaw");
            assertThat(new MissionFile(folder)
                            .read(0)
                            .orElseThrow()
                            .trajectory()
                            .version())
                    .isEqualTo(1);
        }
    }

    private void refused(String type, Map<String, Object> arguments, String reason) {
        Ack end = ground.run(type, arguments);
        assertThat(end.getStage()).as("%s %s", type, arguments).isEqualTo(Stage.STAGE_REJECTED);
        assertThat(end.getDetail()).contains(reason);
    }

    @Test
    void turnsAtOneDegreeASecondAndTheSignalSuffers(@TempDir Path folder) {
        try (var _ = start(folder, Map.of("time-scale", "20", "report.interval", "50ms"))) {
            var level = ground.freshFrame();
            String id = ground.send("SET_ATTITUDE", Map.of("roll", -20, "pitch", 5, "yaw", 12));
            Ack began = ground.ack(id, Stage.STAGE_EXECUTING);
            Ack end = ground.end(id);
            var turned = ground.freshFrame();

            assertThat(end.getStage()).isEqualTo(Stage.STAGE_COMPLETED);
            assertThat(end.getTimeMicros() - began.getTimeMicros()).isBetween(1_000_000L, 2_000_000L);
            assertThat(Ground.number(turned, "roll")).isCloseTo(-20, within(0.5));
            assertThat(Ground.number(turned, "pitch")).isCloseTo(5, within(0.4));
            assertThat(Ground.number(turned, "yaw")).isCloseTo(12, within(0.6));
            // 12 dB for 10° off, and with the square: 13° off are 20 dB.
            assertThat(Ground.number(level, "signal") - Ground.number(turned, "signal"))
                    .isCloseTo(20.3, within(2.5));
            var parameter = ground.connects.getLast().getParametersList().stream()
                    .filter(each -> each.getName().equals("yaw"))
                    .findFirst()
                    .orElseThrow();
            Ground.patiently()
                    .untilAsserted(() -> assertThat(ground.connects.getLast().getParametersList())
                            .filteredOn(each -> each.getName().equals("yaw"))
                            .allMatch(each -> each.getWarningLow() == 10 && each.getWarningHigh() == 14));
            assertThat(parameter.getUnit()).isEqualTo("°");
        }
    }

    @Test
    void anEmergencyStopDoesNotWaitAndInhibitsTheEngine(@TempDir Path folder) {
        try (var _ = start(folder, Map.of("report.interval", "50ms"))) {
            String turn = ground.send("SET_ATTITUDE", Map.of("roll", 30, "pitch", 0, "yaw", 0));
            ground.ack(turn, Stage.STAGE_EXECUTING);
            String behind = ground.send("FIRE_ENGINE", Map.of("delta_v", 10));
            assertThat(ground.run("EMERGENCY_STOP", Map.of()).getStage()).isEqualTo(Stage.STAGE_COMPLETED);

            assertThat(ground.end(turn).getStage()).isEqualTo(Stage.STAGE_FAILED);
            assertThat(ground.end(turn).getDetail()).contains("stopped by EMERGENCY_STOP");
            assertThat(ground.end(behind).getStage()).isEqualTo(Stage.STAGE_REJECTED);
            assertThat(ground.end(behind).getDetail()).contains("inhibited");
            var stopped = ground.freshFrame();
            assertThat(Ground.text(stopped, "mission")).isEqualTo("stopped");
            assertThat(Ground.number(stopped, "roll")).isLessThan(15);
            refused("PAUSE_MISSION", Map.of(), "stopped");

            assertThat(ground.run("RESET_SYSTEM", Map.of()).getStage()).isEqualTo(Stage.STAGE_COMPLETED);
            var again = ground.freshFrame();
            assertThat(Ground.number(again, "boots")).isEqualTo(1);
            assertThat(Ground.text(again, "mission")).isEqualTo("running");
            assertThat(ground.run("FIRE_ENGINE", Map.of("delta_v", 1)).getStage())
                    .isEqualTo(Stage.STAGE_COMPLETED);
            assertThat(ground.run("PAUSE_MISSION", Map.of()).getStage()).isEqualTo(Stage.STAGE_COMPLETED);
            assertThat(ground.run("START_MISSION", Map.of()).getStage()).isEqualTo(Stage.STAGE_COMPLETED);
            assertThat(Ground.text(ground.freshFrame(), "mission")).isEqualTo("running");
        }
    }

    @Test
    void recordsWhatCameAndWhatBecameOfIt(@TempDir Path folder) throws Exception {
        try (var service = start(folder, Map.of())) {
            assertThat(ground.get(service, "/command").statusCode()).isEqualTo(204);
            String expired = UUID.randomUUID().toString();
            ground.send(expired, "START_MISSION", Map.of(), Instant.now().minusSeconds(1));
            ground.end(expired);
            String turn = ground.send("SET_ATTITUDE", Map.of("roll", 30, "pitch", 0, "yaw", 0));
            Ground.patiently()
                    .until(() -> ground.json(service, "/command")
                            .path("state")
                            .asText()
                            .equals("executing"));
            var open = ground.json(service, "/command");
            assertThat(open.path("id").asText()).isEqualTo(turn);
            assertThat(open.path("command_type").asText()).isEqualTo("SET_ATTITUDE");
            assertThat(open.path("parameters").path("roll").asDouble()).isEqualTo(30);
            ground.run("EMERGENCY_STOP", Map.of());

            Ground.patiently().until(() -> ground.get(service, "/command").statusCode() == 204);
            var commands = ground.json(service, "/commands?limit=3").path("commands");
            assertThat(commands).hasSize(3);
            assertThat(commands.get(0).path("command_type").asText()).isEqualTo("EMERGENCY_STOP");
            assertThat(commands.get(1).path("state").asText()).isEqualTo("failed");
            assertThat(commands.get(1).path("detail").asText()).contains("EMERGENCY_STOP");
            assertThat(commands.get(1).path("received_at").isTextual()).isTrue();
            assertThat(commands.get(1).path("began_at").isTextual()).isTrue();
            assertThat(commands.get(2).path("state").asText()).isEqualTo("expired");
            assertThat(ground.get(service, "/commands?limit=0").statusCode()).isEqualTo(400);
            assertThat(ground.get(service, "/commands?state=failed").statusCode())
                    .isEqualTo(400);
        }
    }
}
