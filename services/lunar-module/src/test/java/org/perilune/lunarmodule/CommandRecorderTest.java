package org.perilune.lunarmodule;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.perilune.chassis.postgres.Postgres;
import org.perilune.chassis.runtime.Meters;
import org.perilune.contracts.v1.Stage;
import org.perilune.lunarmodule.command.CommandRecorder;
import org.perilune.lunarmodule.command.CommandStore;
import org.perilune.lunarmodule.command.ReceivedCommand;
import org.perilune.lunarmodule.mission.MissionStore;
import org.perilune.lunarmodule.orbit.Trajectory;
import org.perilune.sdk.CommandEnd;
import org.perilune.sdk.DeviceCommand;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CommandRecorderTest {
    private static final Instant SENT = Instant.parse("2026-11-21T04:00:00Z");

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

    private Postgres open(Map<String, String> extra) {
        return Postgres.open(ground.config(Path.of("unused"), extra).postgres(), "db/lunar-module", Meters.open());
    }

    private static DeviceCommand command(String id, int second) {
        return new DeviceCommand(
                id, "X", Map.of("text", "a\0b"), SENT.plusSeconds(second), SENT.plusSeconds(60), false, false);
    }

    private static CommandEnd end(Stage stage) {
        return new CommandEnd(stage, "said \0", Map.of("n", 1.5), SENT.plusSeconds(9));
    }

    @Test
    void catchesUpWhenTheDatabaseIsBack() throws Exception {
        try (var detour = new Detour(ground.backends.postgresPort())) {
            String url = ground.config(Path.of("unused"), Map.of()).postgres().url();
            String detoured = url.replace(":" + ground.backends.postgresPort() + "/", ":" + detour.port() + "/");
            try (var postgres = open(Map.of("postgres.url", detoured))) {
                var store = new CommandStore(postgres.jdbi());
                try (var recorder = CommandRecorder.start(postgres, store, Clock.systemUTC())) {
                    recorder.received(command("a", 1), SENT);
                    recorder.received(command("b", 2), SENT.plusSeconds(2));
                    recorder.began(command("a", 1), SENT.plusSeconds(1));
                    recorder.ended(command("a", 1), end(Stage.STAGE_COMPLETED));
                    assertThat(recorder.unwritten()).isEqualTo(2);
                    detour.open();
                    Ground.patiently().until(() -> recorder.unwritten() == 0);
                    assertThat(store.newest(10))
                            .extracting(ReceivedCommand::id, ReceivedCommand::state)
                            .containsExactly(
                                    org.assertj.core.groups.Tuple.tuple("b", "received"),
                                    org.assertj.core.groups.Tuple.tuple("a", "completed"));
                    var first = store.newest(10).getLast();
                    assertThat(first.receivedAt()).isEqualTo(SENT);
                    assertThat(first.beganAt()).isEqualTo(SENT.plusSeconds(1));
                    assertThat(first.parameters().get("text")).isEqualTo("a\uFFFDb");

                    detour.cut();
                    recorder.ended(command("b", 2), end(Stage.STAGE_FAILED));
                    recorder.received(command("c", 3), SENT.plusSeconds(3));
                    detour.open();
                    Ground.patiently().until(() -> recorder.unwritten() == 0);
                    assertThat(store.oldestOpen().map(ReceivedCommand::id)).contains("c");
                }
            }
        }
    }

    @Test
    void anEndIsNeverUndone() throws Exception {
        try (var postgres = open(Map.of())) {
            postgres.awaitMigrated();
            var store = new CommandStore(postgres.jdbi());
            store.write(List.of(ReceivedCommand.ended(command("a", 1), end(Stage.STAGE_FAILED))));
            store.write(List.of(ReceivedCommand.received(command("a", 1), SENT)));
            assertThat(store.newest(1).getFirst().state()).isEqualTo("failed");
        }
    }

    @Test
    void looksUpWhatAnEarlierRunDidNotLiveToWrite() throws Exception {
        try (var postgres = open(Map.of())) {
            postgres.awaitMigrated();
            var store = new CommandStore(postgres.jdbi());
            store.write(List.of(
                    ReceivedCommand.received(command("ended", 1), SENT),
                    ReceivedCommand.received(command("open", 2), SENT)));
            var clock = Clock.fixed(SENT.plusSeconds(100), java.time.ZoneOffset.UTC);
            try (var recorder = CommandRecorder.start(postgres, store, clock)) {
                recorder.catchUp(id -> id.equals("ended") ? Optional.of(end(Stage.STAGE_COMPLETED)) : Optional.empty());
                Ground.patiently().until(() -> store.open().size() == 1);
            }
            assertThat(store.oldestOpen().map(ReceivedCommand::id)).contains("open");
            var muchLater = Clock.fixed(SENT.plusSeconds(100_000), java.time.ZoneOffset.UTC);
            try (var recorder = CommandRecorder.start(postgres, store, muchLater)) {
                recorder.catchUp(id -> Optional.empty());
                Ground.patiently().until(() -> store.open().isEmpty());
            }
            assertThat(store.newest(1).getFirst().state()).isEqualTo("unknown");
        }
    }

    @Test
    void keepsWhatTheFirstVersionOfTheTableHeld() throws Exception {
        var config = ground.config(Path.of("unused"), Map.of()).postgres();
        Flyway.configure()
                .dataSource(config.url(), config.user(), config.password().reveal())
                .locations("classpath:db/lunar-module")
                .target("1")
                .load()
                .migrate();
        try (var connection = DriverManager.getConnection(
                        config.url(), config.user(), config.password().reveal());
                var statement = connection.createStatement()) {
            statement.execute("insert into command (command_type, parameters, created_at, created_by)"
                    + " values ('reset-system', '{\"mode\":\"safe\"}', now(), 'gene')");
            statement.execute("insert into mission (at, elapsed_seconds, scale) values (now(), 5.5, 2)");
        }
        try (var postgres = open(Map.of())) {
            postgres.awaitMigrated();
            var old = new CommandStore(postgres.jdbi()).newest(10).getFirst();
            assertThat(old.type()).isEqualTo("reset-system");
            assertThat(old.state()).isEqualTo("expired");
            assertThat(old.detail()).contains("gene");
            assertThat(old.parameters()).containsEntry("mode", "safe");
            var mission = new MissionStore(postgres).readIfThere(7_200).orElseThrow();
            assertThat(mission.time().elapsedSeconds()).isEqualTo(5.5);
            assertThat(mission.trajectory()).isEqualTo(Trajectory.first(7_200));
        }
        assertThat(Files.exists(Path.of("unused"))).isFalse();
    }
}
