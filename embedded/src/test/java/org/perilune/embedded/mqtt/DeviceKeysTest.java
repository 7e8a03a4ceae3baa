package org.perilune.embedded.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeviceKeysTest {
    @TempDir
    Path home;

    @Test
    void knowsADeviceByItsKeyAlone() {
        DeviceKeys keys = DeviceKeys.in(home);
        String key = keys.enrol("rover");
        assertThat(keys.matches("rover", key)).isTrue();
        assertThat(keys.matches("rover", key + "x")).isFalse();
        assertThat(keys.matches("rover", "")).isFalse();
        assertThat(keys.matches("other", key)).isFalse();
    }

    @Test
    void seesWhatAnotherProcessChanged() {
        DeviceKeys running = DeviceKeys.in(home);
        assertThat(running.names()).isEmpty();
        DeviceKeys commandLine = DeviceKeys.in(home);
        String first = commandLine.enrol("rover");
        assertThat(running.matches("rover", first)).isTrue();
        String second = commandLine.enrol("rover");
        assertThat(running.matches("rover", first)).isFalse();
        assertThat(running.matches("rover", second)).isTrue();
        commandLine.remove("rover");
        assertThat(running.matches("rover", second)).isFalse();
    }

    @Test
    void losesNoneOfManyEnrolledAtOnce() throws Exception {
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            var enrolments = new ArrayList<java.util.concurrent.Future<String>>();
            IntStream.range(0, 40)
                    .forEach(n -> enrolments.add(
                            executor.submit(() -> DeviceKeys.in(home).enrol("d" + n))));
            for (var enrolment : enrolments) {
                enrolment.get();
            }
        }
        assertThat(DeviceKeys.in(home).names()).hasSize(40);
    }

    @Test
    void keepsNoKeyAndShutsTheFileToOthers() throws IOException {
        String key = DeviceKeys.in(home).enrol("rover");
        Path file = home.resolve("mqtt/devices");
        assertThat(Files.readString(file)).startsWith("rover ").doesNotContain(key);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "a/b", "+", "#", "-a", "é", "telemetry", "batch-router", "lunar-module"})
    void enrolsNoNameThatIsAServicesOrCouldNotBeATopic(String name) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DeviceKeys.in(home).enrol(name));
    }
}
