package org.perilune.sdk;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.perilune.contracts.v1.Stage;

/** Commands that are not executed, and what the ground is told. */
class CommandRefusalTest {
    @RegisterExtension
    static final ProbeDevices devices = new ProbeDevices();

    @Test
    void aDeviceWithoutAHandlerSaysSo(@TempDir Path folder) {
        try (var device = Device.open(devices.config("deaf", folder), ProbeDevices.DESCRIPTION, Clock.systemUTC())) {
            devices.whenConnected("deaf");
            devices.ground().send("deaf", Commands.of("c1", "TURN").build(), 60);
            assertThat(devices.end("deaf", "c1").getStage()).isEqualTo(Stage.STAGE_REJECTED);
            assertThat(devices.end("deaf", "c1").getDetail()).contains("takes no commands");
            assertThat(device.status().connected()).isTrue();
        }
    }

    @Test
    void whatWaitedTooLongExpiresByEitherMeasure(@TempDir Path folder) {
        var gate = new CountDownLatch(1);
        try (var device = devices.open("tardy", folder, command -> {
            try {
                gate.await();
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
            return CommandOutcome.completed();
        })) {
            devices.whenConnected("tardy");
            devices.ground().send("tardy", Commands.of("c1", "HOLD").build(), 60);
            devices.ground().send("tardy", Commands.of("by-lifetime", "TURN").build(), 1);
            devices.ground()
                    .send(
                            "tardy",
                            Commands.expiring("by-clock", "TURN", ofMillis(500)).build(),
                            60);
            devices.ground().send("tardy", Commands.of("in-time", "TURN").build(), 60);
            await().until(() -> devices.stages("tardy", "by-lifetime").contains(Stage.STAGE_RECEIVED));
            // The broker's lifetime is in whole seconds, so the message's second is over when this one is.
            Instant over = Instant.now().plusSeconds(1);
            await("both lifetimes to be over").until(() -> Instant.now().isAfter(over));
            gate.countDown();
            assertThat(devices.end("tardy", "by-lifetime").getStage()).isEqualTo(Stage.STAGE_EXPIRED);
            assertThat(devices.end("tardy", "by-clock").getStage()).isEqualTo(Stage.STAGE_EXPIRED);
            assertThat(devices.end("tardy", "in-time").getStage()).isEqualTo(Stage.STAGE_COMPLETED);
            assertThat(device.status().connected()).isTrue();
        }
    }

    @Test
    void aClockThatIsBehindRefusesWhatIsCritical(@TempDir Path folder) {
        var behind = Clock.offset(Clock.systemUTC(), ofMinutes(-2));
        try (var device = Device.open(
                devices.config("slow-clock", folder),
                ProbeDevices.DESCRIPTION,
                behind,
                command -> CommandOutcome.completed())) {
            devices.whenConnected("slow-clock");
            devices.ground()
                    .send(
                            "slow-clock",
                            Commands.of("c1", "BURN").setCritical(true).build(),
                            60);
            devices.ground().send("slow-clock", Commands.of("c2", "TURN").build(), 60);
            assertThat(devices.end("slow-clock", "c1").getStage()).isEqualTo(Stage.STAGE_REJECTED);
            assertThat(devices.end("slow-clock", "c1").getDetail()).containsPattern("1(19|20) s behind");
            assertThat(devices.end("slow-clock", "c2").getStage()).isEqualTo(Stage.STAGE_COMPLETED);
            assertThat(device.status().connected()).isTrue();
        }
    }

    @Test
    void nonsenseIsRefusedWhenItHasAnIdAndHarmsNothing(@TempDir Path folder) {
        try (var device = devices.open("patient", folder, command -> CommandOutcome.completed())) {
            devices.whenConnected("patient");
            devices.ground().send("patient", new byte[] {1, 2, 3}, 60);
            devices.ground().send("patient", Commands.of("", "TURN").build(), 60);
            devices.ground().send("patient", Commands.of("c1", "").build(), 60);
            devices.ground()
                    .send(
                            "patient",
                            Commands.of("c2", "TURN")
                                    .addArguments(Commands.number("angle", Double.NaN))
                                    .build(),
                            60);
            devices.ground().send("patient", Commands.of("c3", "TURN").build(), 60);
            assertThat(devices.end("patient", "c1").getDetail()).contains("no type");
            assertThat(devices.end("patient", "c2").getDetail()).contains("angle");
            assertThat(devices.end("patient", "c3").getStage()).isEqualTo(Stage.STAGE_COMPLETED);
            assertThat(device.status().connected()).isTrue();
        }
    }

    @Test
    void anObjectionIsAskedBeforeAnythingBegins(@TempDir Path folder) {
        var handler = new CommandHandler() {
            @Override
            public Optional<String> objection(DeviceCommand command) {
                return Optional.of("The tank is empty");
            }

            @Override
            public CommandOutcome execute(DeviceCommand command) {
                throw new AssertionError("It was executed");
            }
        };
        try (var device = devices.open("choosy", folder, handler)) {
            devices.whenConnected("choosy");
            devices.ground().send("choosy", Commands.of("c1", "BURN").build(), 60);
            assertThat(devices.end("choosy", "c1").getStage()).isEqualTo(Stage.STAGE_REJECTED);
            assertThat(devices.end("choosy", "c1").getDetail()).isEqualTo("The tank is empty");
            assertThat(devices.stages("choosy", "c1")).doesNotContain(Stage.STAGE_EXECUTING);
            assertThat(device.status().connected()).isTrue();
        }
    }

    @Test
    void aFullLogRefusesAndSaysSo(@TempDir Path folder) {
        var config = devices.config("full", folder).withCommandLimitBytes(150);
        try (var device = Device.open(
                config,
                ProbeDevices.DESCRIPTION,
                Clock.systemUTC(),
                command -> CommandOutcome.completed("x".repeat(200)))) {
            devices.whenConnected("full");
            devices.ground().send("full", Commands.of("c1", "TURN").build(), 60);
            assertThat(devices.end("full", "c1").getStage()).isEqualTo(Stage.STAGE_COMPLETED);
            devices.ground().send("full", Commands.of("c2", "TURN").build(), 60);
            await().until(() -> device.status().commands().dropped() == 1);
        }
        try (var device = Device.open(
                config.withCommandLimitBytes(250),
                ProbeDevices.DESCRIPTION,
                Clock.systemUTC(),
                command -> CommandOutcome.completed())) {
            await().until(() -> device.status().connected());
            devices.ground().send("full", Commands.of("c2", "TURN").build(), 60);
            assertThat(devices.end("full", "c2").getStage()).isEqualTo(Stage.STAGE_REJECTED);
            assertThat(devices.end("full", "c2").getDetail()).contains("full");
        }
    }
}
