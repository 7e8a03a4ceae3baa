package org.perilune.sdk;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.perilune.contracts.v1.Ack;
import org.perilune.contracts.v1.Command;
import org.perilune.contracts.v1.Stage;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DeviceCommandTest {
    private static final DeviceDescription DESCRIPTION = new DeviceDescription("probe", ofSeconds(1), List.of(), null);

    private static final int MOST_UNDER_WAY = 2_000;

    private Ground ground;

    @BeforeAll
    void startGround(@TempDir Path home) {
        ground = Ground.start(home);
    }

    @AfterAll
    void stopGround() {
        ground.close();
    }

    @Test
    void aCommandIsReceivedExecutedAndItsResultAcknowledged(@TempDir Path folder) {
        try (var device = open(
                "able",
                folder,
                command -> CommandOutcome.completed(
                        "Turned by " + command.number("angle"), Map.of("heading", command.number("angle") * 2)))) {
            whenConnected("able");
            assertThat(ground.send(
                            "able",
                            Commands.of("c1", "TURN")
                                    .addArguments(Commands.number("angle", 21))
                                    .build(),
                            60))
                    .isTrue();

            Ack end = end("able", "c1");
            assertThat(end.getStage()).isEqualTo(Stage.STAGE_COMPLETED);
            assertThat(end.getDetail()).isEqualTo("Turned by 21.0");
            assertThat(end.getResults(0).getNumber()).isEqualTo(42);
            assertThat(stages("able", "c1"))
                    .isSubsetOf(Stage.STAGE_RECEIVED, Stage.STAGE_EXECUTING, Stage.STAGE_COMPLETED)
                    .isSorted();
            assertThat(device.status().connected()).isTrue();
        }
    }

    @Test
    void aRepeatedIdIsAnsweredAndNotDoneAgain(@TempDir Path folder) {
        var done = new CopyOnWriteArrayList<String>();
        CommandHandler handler = command -> {
            done.add(command.id());
            return CommandOutcome.completed("first");
        };
        Command command = Commands.of("c1", "TURN").build();
        try (var device = open("repeating", folder, handler)) {
            whenConnected("repeating");
            ground.send("repeating", command, 60);
            end("repeating", "c1");
            int before = ground.acks("repeating").size();
            ground.send("repeating", command, 60);
            await().until(() -> ground.acks("repeating").size() > before);
            assertThat(ground.acks("repeating").getLast().getStage()).isEqualTo(Stage.STAGE_COMPLETED);
            assertThat(device.status().connected()).isTrue();
        }
        assertThat(done).containsExactly("c1");
    }

    @Test
    void anExceptionIsAFailureAndTheNextCommandGoesOn(@TempDir Path folder) {
        try (var device = open("clumsy", folder, command -> {
            if (command.type().equals("BREAK")) {
                throw new IllegalStateException("the valve is stuck");
            }
            return CommandOutcome.completed();
        })) {
            whenConnected("clumsy");
            ground.send("clumsy", Commands.of("c1", "BREAK").build(), 60);
            ground.send("clumsy", Commands.of("c2", "MEND").build(), 60);
            assertThat(end("clumsy", "c1").getStage()).isEqualTo(Stage.STAGE_FAILED);
            assertThat(end("clumsy", "c1").getDetail()).contains("the valve is stuck");
            assertThat(end("clumsy", "c2").getStage()).isEqualTo(Stage.STAGE_COMPLETED);
            assertThat(device.status().connected()).isTrue();
        }
    }

    @Test
    void aDeviceWithoutAHandlerSaysSo(@TempDir Path folder) {
        try (var device = Device.open(config("deaf", folder), DESCRIPTION, Clock.systemUTC())) {
            whenConnected("deaf");
            ground.send("deaf", Commands.of("c1", "TURN").build(), 60);
            assertThat(end("deaf", "c1").getStage()).isEqualTo(Stage.STAGE_REJECTED);
            assertThat(end("deaf", "c1").getDetail()).contains("takes no commands");
            assertThat(device.status().connected()).isTrue();
        }
    }

    @Test
    void whatIsUrgentOvertakes(@TempDir Path folder) {
        var gate = new CountDownLatch(1);
        var handler = new CommandHandler() {
            @Override
            public boolean urgent(String type) {
                return type.equals("STOP");
            }

            @Override
            public CommandOutcome execute(DeviceCommand command) {
                if (command.type().equals("STOP")) {
                    gate.countDown();
                    return CommandOutcome.completed();
                }
                try {
                    gate.await();
                } catch (InterruptedException interrupted) {
                    Thread.currentThread().interrupt();
                }
                return CommandOutcome.failed("stopped");
            }
        };
        try (var device = open("hasty", folder, handler)) {
            whenConnected("hasty");
            ground.send("hasty", Commands.of("c1", "BURN").build(), 60);
            ground.send("hasty", Commands.of("c2", "BURN").build(), 60);
            ground.send("hasty", Commands.of("c3", "STOP").build(), 60);
            assertThat(end("hasty", "c3").getStage()).isEqualTo(Stage.STAGE_COMPLETED);
            assertThat(end("hasty", "c2").getDetail()).isEqualTo("stopped");
            assertThat(device.status().connected()).isTrue();
        }
    }

    @Test
    void whatWaitedTooLongExpiresByEitherMeasure(@TempDir Path folder) {
        var gate = new CountDownLatch(1);
        try (var device = open("tardy", folder, command -> {
            try {
                gate.await();
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
            return CommandOutcome.completed();
        })) {
            whenConnected("tardy");
            ground.send("tardy", Commands.of("c1", "HOLD").build(), 60);
            ground.send("tardy", Commands.of("by-lifetime", "TURN").build(), 1);
            ground.send(
                    "tardy",
                    Commands.expiring("by-clock", "TURN", ofMillis(500)).build(),
                    60);
            ground.send("tardy", Commands.of("in-time", "TURN").build(), 60);
            await().until(() -> stages("tardy", "by-lifetime").contains(Stage.STAGE_RECEIVED));
            // The broker's lifetime is in whole seconds, so the message's second is over when this one is.
            Instant over = Instant.now().plusSeconds(1);
            await("both lifetimes to be over").until(() -> Instant.now().isAfter(over));
            gate.countDown();
            assertThat(end("tardy", "by-lifetime").getStage()).isEqualTo(Stage.STAGE_EXPIRED);
            assertThat(end("tardy", "by-clock").getStage()).isEqualTo(Stage.STAGE_EXPIRED);
            assertThat(end("tardy", "in-time").getStage()).isEqualTo(Stage.STAGE_COMPLETED);
            assertThat(device.status().connected()).isTrue();
        }
    }

    @Test
    void aClockThatIsBehindRefusesWhatIsCritical(@TempDir Path folder) {
        var behind = Clock.offset(Clock.systemUTC(), ofMinutes(-2));
        try (var device =
                Device.open(config("slow-clock", folder), DESCRIPTION, behind, command -> CommandOutcome.completed())) {
            whenConnected("slow-clock");
            ground.send(
                    "slow-clock", Commands.of("c1", "BURN").setCritical(true).build(), 60);
            ground.send("slow-clock", Commands.of("c2", "TURN").build(), 60);
            assertThat(end("slow-clock", "c1").getStage()).isEqualTo(Stage.STAGE_REJECTED);
            assertThat(end("slow-clock", "c1").getDetail()).containsPattern("1(19|20) s behind");
            assertThat(end("slow-clock", "c2").getStage()).isEqualTo(Stage.STAGE_COMPLETED);
            assertThat(device.status().connected()).isTrue();
        }
    }

    @Test
    void nonsenseIsRefusedWhenItHasAnIdAndHarmsNothing(@TempDir Path folder) {
        try (var device = open("patient", folder, command -> CommandOutcome.completed())) {
            whenConnected("patient");
            ground.send("patient", new byte[] {1, 2, 3}, 60);
            ground.send("patient", Commands.of("", "TURN").build(), 60);
            ground.send("patient", Commands.of("c1", "").build(), 60);
            ground.send(
                    "patient",
                    Commands.of("c2", "TURN")
                            .addArguments(Commands.number("angle", Double.NaN))
                            .build(),
                    60);
            ground.send("patient", Commands.of("c3", "TURN").build(), 60);
            assertThat(end("patient", "c1").getDetail()).contains("no type");
            assertThat(end("patient", "c2").getDetail()).contains("angle");
            assertThat(end("patient", "c3").getStage()).isEqualTo(Stage.STAGE_COMPLETED);
            assertThat(device.status().connected()).isTrue();
        }
    }

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
        try (var device = Device.open(config("hidden", folder), DESCRIPTION, Clock.systemUTC(), handler, listener)) {
            whenConnected("hidden");
            ground.send("hidden", Commands.of("c1", "TURN").build(), 60);
            await().until(() -> begun.getCount() == 0);
            device.linkDown();
            await().until(() -> !device.status().connected());
            gate.countDown();
            await().until(() -> ended.getCount() == 0);
            assertThat(ground.end("hidden", "c1")).isEmpty();
            device.linkUp();
            assertThat(end("hidden", "c1").getDetail()).isEqualTo("behind the Moon");
        }
    }

    @Test
    void anAcknowledgementTheGroundDidNotTakeIsSentAgain(@TempDir Path folder) {
        try (var device = open("unheard", folder, command -> CommandOutcome.completed())) {
            whenConnected("unheard");
            ground.loseAcks("unheard", 3);
            ground.send("unheard", Commands.of("c1", "TURN").build(), 60);
            assertThat(end("unheard", "c1").getStage()).isEqualTo(Stage.STAGE_COMPLETED);
            assertThat(device.status().reconnects()).isPositive();
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
        try (var device = open("choosy", folder, handler)) {
            whenConnected("choosy");
            ground.send("choosy", Commands.of("c1", "BURN").build(), 60);
            assertThat(end("choosy", "c1").getStage()).isEqualTo(Stage.STAGE_REJECTED);
            assertThat(end("choosy", "c1").getDetail()).isEqualTo("The tank is empty");
            assertThat(stages("choosy", "c1")).doesNotContain(Stage.STAGE_EXECUTING);
            assertThat(device.status().connected()).isTrue();
        }
    }

    @Test
    void anotherStartBeginsWhatWaitedAndAnswersForTheRest(@TempDir Path folder) {
        var begun = new CountDownLatch(1);
        var gate = new Semaphore(0);
        var config = config("reborn", folder);
        try (var device = Device.open(config, DESCRIPTION, Clock.systemUTC(), command -> {
            begun.countDown();
            gate.acquireUninterruptibly();
            return CommandOutcome.completed();
        })) {
            whenConnected("reborn");
            ground.send("reborn", Commands.of("interrupted", "BURN").build(), 60);
            ground.send("reborn", Commands.of("waiting", "TURN").build(), 60);
            ground.send(
                    "reborn", Commands.expiring("late", "TURN", ofMillis(100)).build(), 60);
            await().until(() ->
                    begun.getCount() == 0 && device.status().commands().waiting() == 3);
        }
        var done = new CopyOnWriteArrayList<String>();
        try (var device = Device.open(config, DESCRIPTION, Clock.systemUTC(), command -> {
            done.add(command.id());
            return CommandOutcome.completed();
        })) {
            assertThat(end("reborn", "interrupted").getStage()).isEqualTo(Stage.STAGE_UNKNOWN);
            assertThat(end("reborn", "waiting").getStage()).isEqualTo(Stage.STAGE_COMPLETED);
            assertThat(end("reborn", "late").getStage()).isEqualTo(Stage.STAGE_EXPIRED);
            assertThat(done).containsExactly("waiting");
            assertThat(device.status().commands().failure()).isNull();
        } finally {
            gate.release();
        }
    }

    @Test
    void aFullLogRefusesAndSaysSo(@TempDir Path folder) {
        var config = config("full", folder).withCommandLimitBytes(150);
        try (var device = Device.open(
                config, DESCRIPTION, Clock.systemUTC(), command -> CommandOutcome.completed("x".repeat(200)))) {
            whenConnected("full");
            ground.send("full", Commands.of("c1", "TURN").build(), 60);
            assertThat(end("full", "c1").getStage()).isEqualTo(Stage.STAGE_COMPLETED);
            ground.send("full", Commands.of("c2", "TURN").build(), 60);
            await().until(() -> device.status().commands().dropped() == 1);
        }
        try (var device = Device.open(
                config.withCommandLimitBytes(250),
                DESCRIPTION,
                Clock.systemUTC(),
                command -> CommandOutcome.completed())) {
            await().until(() -> device.status().connected());
            ground.send("full", Commands.of("c2", "TURN").build(), 60);
            assertThat(end("full", "c2").getStage()).isEqualTo(Stage.STAGE_REJECTED);
            assertThat(end("full", "c2").getDetail()).contains("full");
        }
    }

    @Test
    void aListenerHearsEachStepAndHarmsNothing(@TempDir Path folder) {
        var heard = new CopyOnWriteArrayList<String>();
        var listener = new CommandListener() {
            @Override
            public void received(DeviceCommand command, Instant at) {
                heard.add("received " + command.id());
                throw new IllegalStateException("The mirror is broken");
            }

            @Override
            public void began(DeviceCommand command, Instant at) {
                heard.add("began " + command.id());
            }

            @Override
            public void ended(DeviceCommand command, CommandEnd end) {
                heard.add("ended " + command.id() + " " + end.stage() + " " + end.results());
            }
        };
        try (var device = Device.open(
                config("watched", folder),
                DESCRIPTION,
                Clock.systemUTC(),
                command -> CommandOutcome.completed("", Map.of("n", 3)),
                listener)) {
            whenConnected("watched");
            ground.send("watched", Commands.of("c1", "TURN").build(), 60);
            await().until(() -> heard.size() == 3);
            assertThat(heard).containsExactly("received c1", "began c1", "ended c1 STAGE_COMPLETED {n=3.0}");
            assertThat(device.status().connected()).isTrue();
        }
    }

    @Test
    void manyCommandsAreDoneOnceInOrder(@TempDir Path folder) {
        int commands = Integer.getInteger("perilune.commands", 2_000);
        var done = new CopyOnWriteArrayList<String>();
        CommandHandler handler = command -> {
            if (commands <= 2_000) {
                done.add(command.id());
            }
            return CommandOutcome.completed();
        };
        try (var device = open("busy", folder, handler)) {
            whenConnected("busy");
            List<String> ids = IntStream.range(0, commands)
                    .mapToObj(i -> new UUID(7, i).toString())
                    .toList();
            long began = System.nanoTime();
            for (int sent = 0; sent < commands; sent++) {
                int least = sent - MOST_UNDER_WAY;
                if (ground.ends("busy") < least) {
                    await().atMost(ofMinutes(1))
                            .pollInterval(ofMillis(20))
                            .until(() -> ground.ends("busy") >= least + MOST_UNDER_WAY / 2);
                }
                var _ = ground.publish(
                        "busy", Commands.of(ids.get(sent), "TURN").build().toByteArray(), 60);
            }
            await().atMost(ofMinutes(1)).pollInterval(ofMillis(1)).until(() -> ground.ends("busy") == commands);
            long took = System.nanoTime() - began;
            System.out.printf("%,d commands, %,d/s%n", commands, commands * 1_000_000_000L / took);
            assertThat(device.status().commands().executed()).isEqualTo(commands);
            if (commands <= 2_000) {
                assertThat(done).containsExactlyElementsOf(ids);
            }
        }
    }

    private Ack end(String device, String id) {
        await().atMost(Duration.ofSeconds(20))
                .until(() -> ground.end(device, id).isPresent());
        return ground.end(device, id).orElseThrow();
    }

    private List<Stage> stages(String device, String id) {
        return ground.acks(device).stream()
                .filter(ack -> ack.getId().equals(id))
                .map(Ack::getStage)
                .toList();
    }

    private void whenConnected(String device) {
        await().until(() -> !ground.connects(device).isEmpty());
    }

    private Device open(String name, Path folder, CommandHandler handler) {
        return Device.open(config(name, folder), DESCRIPTION, Clock.systemUTC(), handler);
    }

    private DeviceConfig config(String name, Path folder) {
        return DeviceConfig.of(name, DeviceKey.of(ground.enrol(name)), "127.0.0.1", ground.port(), folder)
                .withBackoff(ofMillis(20), ofMillis(200))
                .withResendAfter(ofMillis(500));
    }
}
