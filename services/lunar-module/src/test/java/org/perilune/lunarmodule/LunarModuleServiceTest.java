package org.perilune.lunarmodule;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.perilune.chassis.postgres.Postgres;
import org.perilune.chassis.runtime.Meters;
import org.perilune.chassis.settings.Settings;
import org.perilune.chassis.tls.TlsConfig;
import org.perilune.contracts.v1.Frame;
import org.perilune.lunarmodule.mission.Mission;
import org.perilune.lunarmodule.mission.MissionFile;
import org.perilune.lunarmodule.mission.MissionStore;
import org.perilune.lunarmodule.mission.MissionTime;
import org.perilune.lunarmodule.mission.Phase;
import org.perilune.lunarmodule.orbit.Elements;
import org.perilune.lunarmodule.orbit.Trajectory;
import org.perilune.testkit.TestAuthority;
import org.perilune.testkit.TlsGate;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LunarModuleServiceTest {
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

    @Test
    void sendsWhatItRecordedBehindTheMoonWhenItIsBack(@TempDir Path folder) throws Exception {
        // One revolution in six seconds: 17 minutes to the first loss are 0.28 s.
        var config = ground.config(
                folder, Map.of("first-loss.after", "17m", "time-scale", "3600", "report.interval", "20ms"));
        try (var service = LunarModuleService.start(config, Clock.systemUTC())) {
            Ground.patiently().until(() -> !ground.connects.isEmpty());
            var announced = ground.connects.getFirst();
            assertThat(announced.getDeviceType()).isEqualTo("lunar-module");
            long silence = announced.getSilenceUntilMicros() - announced.getSilenceFromMicros();
            assertThat(Duration.ofNanos(1_000 * silence)).isBetween(Duration.ofMillis(740), Duration.ofMillis(980));

            Ground.patiently()
                    .until(() -> !ground.frames.isEmpty()
                            && ground.frames.getLast().getTimeMicros() > announced.getSilenceUntilMicros() + 500_000);
            var hidden = ground.frames.stream()
                    .filter(frame -> frame.getTimeMicros() > announced.getSilenceFromMicros()
                            && frame.getTimeMicros() < announced.getSilenceUntilMicros())
                    .toList();
            assertThat(hidden.size()).isBetween(20, 60);
            assertThat(hidden).allMatch(frame -> frame.getStatus().equals("behind the Moon"));
            var bySeq = new TreeMap<Long, Frame>();
            ground.frames.forEach(frame -> bySeq.put(frame.getSeq(), frame));
            assertThat(bySeq.lastKey()).isEqualTo(bySeq.size());
            assertThat(ground.connects.getLast().getSilenceFromMicros())
                    .isGreaterThan(announced.getSilenceUntilMicros());
            assertThat(ground.connects.getLast().getSession()).isGreaterThan(announced.getSession());

            assertThat(ground.statusWithoutToken(service, "/health")).isEqualTo(200);
            Ground.patiently().until(() -> ground.statusWithoutToken(service, "/ready") == 200);
            assertThat(ground.statusWithoutToken(service, "/state")).isEqualTo(401);
            assertThat(ground.statusWithoutToken(service, "/command")).isEqualTo(401);
        }
    }

    @Test
    void connectsByTls(@TempDir Path folder) throws Exception {
        TestAuthority authority = TestAuthority.in(folder);
        TestAuthority.Issued broker = authority.issue("127.0.0.1");
        var tls = new TlsConfig(true, authority.file(), broker.certificate(), broker.key());
        try (var gate = new TlsGate(ground.backends.mqttPort(), tls, false)) {
            var settings = Map.of(
                    "mqtt.port",
                    Integer.toString(gate.port()),
                    "mqtt.tls.enabled",
                    "true",
                    "mqtt.tls.ca-file",
                    authority.file().toString());
            try (var service = LunarModuleService.start(ground.config(folder, settings), Clock.systemUTC())) {
                Ground.patiently().until(() -> ground.statusWithoutToken(service, "/ready") == 200);
                Ground.patiently().until(() -> !ground.frames.isEmpty());
            }
        }
    }

    @Test
    void aRestartFliesOn(@TempDir Path folder) {
        var first = LunarModuleService.start(ground.config(folder, Map.of()), Clock.systemUTC());
        first.close();
        var mission = new MissionFile(folder).read(0).orElseThrow();
        LunarModuleService.start(ground.config(folder, Map.of()), Clock.systemUTC())
                .close();
        assertThat(new MissionFile(folder).read(0)).contains(mission);
    }

    @Test
    void goesOnFromTheTimeThatAnEarlierVersionKept(@TempDir Path folder) throws Exception {
        Files.writeString(folder.resolve("mission"), "2026-11-21T04:00:00Z 12345.5 1.0\n");
        LunarModuleService.start(ground.config(folder, Map.of()), Clock.systemUTC())
                .close();
        var mission = new MissionFile(folder).read(0).orElseThrow();
        assertThat(mission.time()).isEqualTo(new MissionTime(Instant.parse("2026-11-21T04:00:00Z"), 12_345.5, 1));
        assertThat(mission.trajectory()).isEqualTo(Trajectory.first(6 * 3_600));
    }

    @Test
    void keepsAsideWhatItCannotReadAndTakesTheDatabases(@TempDir Path folder) throws Exception {
        var config = ground.config(folder, Map.of());
        var postgres = Postgres.open(config.postgres(), "db/lunar-module", Meters.open());
        try (postgres) {
            postgres.awaitMigrated();
            var missions = new MissionStore(postgres);
            var plan = new Mission.Plan(config.orbitPeriod(), config.firstLossAfter(), config.timeScale());
            var mission = Mission.open(new MissionFile(config.journal()), missions, plan, Clock.systemUTC());
            var keeping = missions.keep(mission);
            mission.change((before, elapsed) -> before.state().with(Phase.PAUSED));
            Ground.patiently()
                    .until(() -> missions.readIfThere(0)
                            .filter(mission.now().state()::equals)
                            .isPresent());
            keeping.close();

            Files.writeString(folder.resolve("mission.json"), "{\"time\":");
            var again = Mission.open(new MissionFile(config.journal()), missions, plan, Clock.systemUTC());
            assertThat(again.now().state()).isEqualTo(mission.now().state());
            assertThat(folder.resolve("mission.unreadable")).exists();
        }
    }

    @Test
    void anotherPeriodInTheSettingsIsAnotherOrbit(@TempDir Path folder) {
        LunarModuleService.start(ground.config(folder, Map.of()), Clock.systemUTC())
                .close();
        LunarModuleService.start(ground.config(folder, Map.of("orbit.period", "3h")), Clock.systemUTC())
                .close();
        var trajectory = new MissionFile(folder).read(0).orElseThrow().trajectory();
        assertThat(trajectory.elements()).isEqualTo(Elements.first(3 * 3_600));
        assertThat(trajectory.version()).isEqualTo(2);
    }

    @Test
    void fliesWithoutItsDatabase(@TempDir Path folder) throws Exception {
        var config = ground.config(folder, Map.of("postgres.url", "jdbc:postgresql://127.0.0.1:1/none"));
        int before = ground.frames.size();
        try (var service = LunarModuleService.start(config, Clock.systemUTC())) {
            Ground.patiently().until(() -> ground.frames.size() > before + 1);
            assertThat(ground.statusWithoutToken(service, "/health")).isEqualTo(200);
            assertThat(ground.statusWithoutToken(service, "/ready")).isEqualTo(503);
        }
    }

    @Test
    void namesAllFaultsOfItsSettings() {
        var settings = Settings.of(Map.of(
                "lunar-module.orbit.period", "1h", "lunar-module.time-scale", "0", "lunar-module.mqtt.user", "x"));
        LunarModuleConfig.read(settings.at("lunar-module"));
        var faults = new ArrayList<String>();
        try {
            settings.check();
        } catch (RuntimeException invalid) {
            faults.add(String.valueOf(invalid.getMessage()));
        }
        assertThat(faults).hasSize(1);
        assertThat(faults.getFirst())
                .contains("orbit.period", "time-scale", "postgres.url", "mqtt.password")
                .doesNotContain("report.interval");
    }

    @Test
    void passesCommandsToTheDispatcherAsTheCallers(@TempDir Path folder) throws Exception {
        String body = "{\"command_type\":\"SET_REPORT_INTERVAL\",\"parameters\":{\"interval\":2}}";
        try (var service = LunarModuleService.start(ground.config(folder, Map.of()), Clock.systemUTC())) {
            var answer = ground.post(service, "/command", body, "Idempotency-Key", "my key 1");
            assertThat(answer.statusCode()).isEqualTo(202);
            assertThat(answer.body()).contains("accepted");
            var headers = ground.neighbours.dispatched.getFirst().getKey();
            var passed = ground.neighbours.dispatched.getFirst().getValue();
            assertThat(headers.get("Authorization")).containsExactly("Bearer " + ground.neighbours.token());
            assertThat(headers.get("Idempotency-key")).containsExactly("my key 1");
            assertThat(passed.toString())
                    .isEqualTo("{\"command_type\":\"SET_REPORT_INTERVAL\",\"parameters\":{\"interval\":2},"
                            + "\"device\":\"lunar-module\"}");

            ground.neighbours.dispatcherStatus = 422;
            var refused = ground.post(service, "/command", "{\"command_type\":\"NONSENSE\"}");
            assertThat(refused.statusCode()).isEqualTo(422);
            assertThat(refused.body()).contains("as the dispatcher says");
            assertThat(refused.headers().firstValue("Content-Type"))
                    .hasValueSatisfying(type -> assertThat(type).startsWith("application/problem+json"));
            assertThat(ground.post(service, "/command", "{}").statusCode()).isEqualTo(422);
            assertThat(ground.post(service, "/command", "{\"command_type\":\"A\",\"x\":1}")
                            .statusCode())
                    .isEqualTo(422);
        }
        try (var service = LunarModuleService.start(
                ground.config(folder, Map.of("command-dispatcher.url", "http://127.0.0.1:1")), Clock.systemUTC())) {
            var away = ground.post(service, "/command", body);
            assertThat(away.statusCode()).isEqualTo(503);
            assertThat(away.body()).contains("command-dispatcher");
        }
    }
}
