package org.perilune.sdk;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.perilune.contracts.v1.Ack;
import org.perilune.contracts.v1.Stage;

/** One ground for all tests of a class, and devices of it that take commands. */
final class ProbeDevices implements BeforeAllCallback, AfterAllCallback {
    static final DeviceDescription DESCRIPTION = new DeviceDescription("probe", ofSeconds(1), List.of(), null);

    private @Nullable Path home;
    private @Nullable Ground ground;

    @Override
    public void beforeAll(ExtensionContext context) throws IOException {
        home = Files.createTempDirectory("probe-devices");
        ground = Ground.start(home);
    }

    @Override
    public void afterAll(ExtensionContext context) throws IOException {
        ground().close();
        try (Stream<Path> files = Files.walk(Objects.requireNonNull(home))) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    Ground ground() {
        return Objects.requireNonNull(ground, "The ground has not started");
    }

    Ack end(String device, String id) {
        await().atMost(Duration.ofSeconds(20))
                .until(() -> ground().end(device, id).isPresent());
        return ground().end(device, id).orElseThrow();
    }

    List<Stage> stages(String device, String id) {
        return ground().acks(device).stream()
                .filter(ack -> ack.getId().equals(id))
                .map(Ack::getStage)
                .toList();
    }

    void whenConnected(String device) {
        await().until(() -> !ground().connects(device).isEmpty());
    }

    Device open(String name, Path folder, CommandHandler handler) {
        return Device.open(config(name, folder), DESCRIPTION, Clock.systemUTC(), handler);
    }

    DeviceConfig config(String name, Path folder) {
        return DeviceConfig.of(name, DeviceKey.of(ground().enrol(name)), "127.0.0.1", ground().port(), folder)
                .withBackoff(ofMillis(20), ofMillis(200))
                .withResendAfter(ofMillis(500));
    }
}
