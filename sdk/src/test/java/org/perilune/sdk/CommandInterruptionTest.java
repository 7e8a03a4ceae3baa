package org.perilune.sdk;

import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.perilune.contracts.v1.Stage;

/** Commands when the link, an acknowledgement or the device is lost. */
class CommandInterruptionTest {
    @RegisterExtension
    static final ProbeDevices devices = new ProbeDevices();

    @Test
    void executionGoesOnWithoutALinkAndTheAcknowledgementWaits(@TempDir Path folder) {
        var begun = new CountDownLatch(1);
        var gate = new CountDownLatch(1);
        var ended = new CountDownLatch(1);
        CommandHandler handler = command -> {
            begun.countDown();
            try {
                gate.await();
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
            return CommandOutcome.completed("behind the Moon");
        };
        var listener = new CommandListener() {
            @Override
            public void ended(DeviceCommand command, CommandEnd end) {
                ended.countDown();
            }
        };
        try (var device = Device.open(
                devices.config("hidden", folder), ProbeDevices.DESCRIPTION, Clock.systemUTC(), handler, listener)) {
            devices.whenConnected("hidden");
            devices.ground().send("hidden", Commands.of("c1", "TURN").build(), 60);
            await().until(() -> begun.getCount() == 0);
            device.linkDown();
            await().until(() -> !device.status().connected());
            gate.countDown();
            await().until(() -> ended.getCount() == 0);
            assertThat(devices.ground().end("hidden", "c1")).isEmpty();
            device.linkUp();
            assertThat(devices.end("hidden", "c1").getDetail()).isEqualTo("behind the Moon");
        }
    }

    @Test
    void anAcknowledgementTheGroundDidNotTakeIsSentAgain(@TempDir Path folder) {
        try (var device = devices.open("unheard", folder, command -> CommandOutcome.completed())) {
            devices.whenConnected("unheard");
            devices.ground().loseAcks("unheard", 3);
            devices.ground().send("unheard", Commands.of("c1", "TURN").build(), 60);
            assertThat(devices.end("unheard", "c1").getStage()).isEqualTo(Stage.STAGE_COMPLETED);
            assertThat(device.status().reconnects()).isPositive();
        }
    }

    @Test
    void anotherStartBeginsWhatWaitedAndAnswersForTheRest(@TempDir Path folder) {
        var begun = new CountDownLatch(1);
        var gate = new Semaphore(0);
        var config = devices.config("reborn", folder);
        try (var device = Device.open(config, ProbeDevices.DESCRIPTION, Clock.systemUTC(), command -> {
            begun.countDown();
            gate.acquireUninterruptibly();
            return CommandOutcome.completed();
        })) {
            devices.whenConnected("reborn");
            devices.ground().send("reborn", Commands.of("interrupted", "BURN").build(), 60);
            devices.ground().send("reborn", Commands.of("waiting", "TURN").build(), 60);
            devices.ground()
                    .send(
                            "reborn",
                            Commands.expiring("late", "TURN", ofMillis(100)).build(),
                            60);
            await().until(() ->
                    begun.getCount() == 0 && device.status().commands().waiting() == 3);
        }
        var done = new CopyOnWriteArrayList<String>();
        try (var device = Device.open(config, ProbeDevices.DESCRIPTION, Clock.systemUTC(), command -> {
            done.add(command.id());
            return CommandOutcome.completed();
        })) {
            assertThat(devices.end("reborn", "interrupted").getStage()).isEqualTo(Stage.STAGE_UNKNOWN);
            assertThat(devices.end("reborn", "waiting").getStage()).isEqualTo(Stage.STAGE_COMPLETED);
            assertThat(devices.end("reborn", "late").getStage()).isEqualTo(Stage.STAGE_EXPIRED);
            assertThat(done).containsExactly("waiting");
            assertThat(device.status().commands().failure()).isNull();
        } finally {
            gate.release();
        }
    }
}
