package org.perilune.launcher.home;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.perilune.chassis.logging.LogService;
import org.perilune.embedded.mqtt.DeviceKeys;
import org.perilune.launcher.Main;

final class StateFileTest {
    @TempDir
    private Path folder = Path.of("");

    @Test
    void anotherProcessWithTheSamePidIsNotOurs() {
        var home = new Home(folder);
        long own = ProcessHandle.current().pid();
        new StateFile(own, StateFile.ownStart().minus(Duration.ofHours(1)), true, List.of(), List.of()).write(home);

        assertThat(StateFile.living(home)).isEmpty();
        assertThatThrownBy(() -> StateFile.require(home)).hasMessageContaining("ended without being stopped");
    }

    @Test
    void downAfterACrashClearsTheStateAndSaysSo() {
        var home = new Home(folder);
        new StateFile(Long.MAX_VALUE, StateFile.ownStart(), true, List.of(), List.of()).write(home);

        assertThat(Main.execute("down", "--home", folder.toString())).isZero();
        assertThat(home.state()).doesNotExist();
        assertThat(Main.execute("status", "--home", folder.toString())).isEqualTo(1);
    }

    @Test
    void enrolsDevicesWhileNothingRuns() {
        assertThat(Main.execute("device", "add", "rover", "--home", folder.toString()))
                .isZero();
        assertThat(DeviceKeys.in(folder).names()).containsExactly("rover");
        assertThat(Main.execute("device", "add", "not/a/name", "--home", folder.toString()))
                .isEqualTo(1);
        assertThat(Main.execute("device", "remove", "rover", "--home", folder.toString()))
                .isZero();
        assertThat(DeviceKeys.in(folder).names()).isEmpty();
    }

    @Test
    void wrongUseIsTwo() {
        assertThat(Main.execute("up", "--no-such-option")).isEqualTo(2);
        assertThat(Main.execute("no-such-command")).isEqualTo(2);
    }

    @Test
    void knowsWhoseEventALogLineIs() {
        assertThat(LogService.of("org.perilune.batchrouter.Batcher", "x")).isEqualTo("batch-router");
        assertThat(LogService.of("org.perilune.chassis.postgres.Postgres", "telemetry-migrate"))
                .isEqualTo("telemetry");
        assertThat(LogService.of("org.perilune.sdk.CommandLane", "commands-lunar-module"))
                .isEqualTo("lunar-module");
        assertThat(LogService.of("org.perilune.sdk.DeviceLink", "device-lunar-module"))
                .isEqualTo("lunar-module");
        assertThat(LogService.of("org.eclipse.jetty", "qtp-1")).isEqualTo("perilune");
    }
}
