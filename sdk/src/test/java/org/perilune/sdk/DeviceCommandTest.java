package org.perilune.sdk;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.perilune.contracts.v1.Ack;
import org.perilune.contracts.v1.Command;
import org.perilune.contracts.v1.Stage;

/** Commands that are executed. */
class DeviceCommandTest {
    private static final int MOST_UNDER_WAY = 2_000;

    @RegisterExtension
    static final ProbeDevices devices = new ProbeDevices();

    @Test
    void aCommandIsReceivedExecutedAndItsResultAcknowledged(@TempDir Path folder) {
        try (var device = devices.open(
                "able",
                folder,
                command -> CommandOutcome.completed(
                        "Turned by " + command.number("angle"), Map.of("heading", command.number("angle") * 2)))) {
            devices.whenConnected("able");
            assertThat(devices.ground()
                            .send(
                                    "able",
                                    Commands.of("c1", "TURN")
                                            .addArguments(Commands.number("angle", 21))
                                            .build(),
                                    60))
                    .isTrue();

            Ack end = devices.end("able", "c1");
            assertThat(end.getStage()).isEqualTo(Stage.STAGE_COMPLETED);
            assertThat(end.getDetail()).isEqualTo("Turned by 21.0");
            assertThat(end.getResults(0).getNumber()).isEqualTo(42);
            assertThat(devices.stages("able", "c1"))
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
        try (var device = devices.open("repeating", folder, handler)) {
            devices.whenConnected("repeating");
            devices.ground().send("repeating", command, 60);
            devices.end("repeating", "c1");
            int before = devices.ground().acks("repeating").size();
            devices.ground().send("repeating", command, 60);
            await().until(() -> devices.ground().acks("repeating").size() > before);
            assertThat(devices.ground().acks("repeating").getLast().getStage()).isEqualTo(Stage.STAGE_COMPLETED);
            assertThat(device.status().connected()).isTrue();
        }
        assertThat(done).containsExactly("c1");
    }

    @Test
    void anExceptionIsAFailureAndTheNextCommandGoesOn(@TempDir Path folder) {
        try (var device = devices.open("clumsy", folder, command -> {
            if (command.type().equals("BREAK")) {
                throw new IllegalStateException("the valve is stuck");
            }
            return CommandOutcome.completed();
        })) {
            devices.whenConnected("clumsy");
            devices.ground().send("clumsy", Commands.of("c1", "BREAK").build(), 60);
            devices.ground().send("clumsy", Commands.of("c2", "MEND").build(), 60);
            assertThat(devices.end("clumsy", "c1").getStage()).isEqualTo(Stage.STAGE_FAILED);
            assertThat(devices.end("clumsy", "c1").getDetail()).contains("the valve is stuck");
            assertThat(devices.end("clumsy", "c2").getStage()).isEqualTo(Stage.STAGE_COMPLETED);
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
        try (var device = devices.open("hasty", folder, handler)) {
            devices.whenConnected("hasty");
            devices.ground().send("hasty", Commands.of("c1", "BURN").build(), 60);
            devices.ground().send("hasty", Commands.of("c2", "BURN").build(), 60);
            devices.ground().send("hasty", Commands.of("c3", "STOP").build(), 60);
            assertThat(devices.end("hasty", "c3").getStage()).isEqualTo(Stage.STAGE_COMPLETED);
            assertThat(devices.end("hasty", "c2").getDetail()).isEqualTo("stopped");
            assertThat(device.status().connected()).isTrue();
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
                devices.config("watched", folder),
                ProbeDevices.DESCRIPTION,
                Clock.systemUTC(),
                command -> CommandOutcome.completed("", Map.of("n", 3)),
                listener)) {
            devices.whenConnected("watched");
            devices.ground().send("watched", Commands.of("c1", "TURN").build(), 60);
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
        try (var device = devices.open("busy", folder, handler)) {
            devices.whenConnected("busy");
            List<String> ids = IntStream.range(0, commands)
                    .mapToObj(i -> new UUID(7, i).toString())
                    .toList();
            long began = System.nanoTime();
            for (int sent = 0; sent < commands; sent++) {
                int least = sent - MOST_UNDER_WAY;
                if (devices.ground().ends("busy") < least) {
                    await().atMost(ofMinutes(1))
                            .pollInterval(ofMillis(20))
                            .until(() -> devices.ground().ends("busy") >= least + MOST_UNDER_WAY / 2);
                }
                var _ = devices.ground()
                        .publish(
                                "busy",
                                Commands.of(ids.get(sent), "TURN").build().toByteArray(),
                                60);
            }
            await().atMost(ofMinutes(1))
                    .pollInterval(ofMillis(1))
                    .until(() -> devices.ground().ends("busy") == commands);
            long took = System.nanoTime() - began;
            System.out.printf("%,d commands, %,d/s%n", commands, commands * 1_000_000_000L / took);
            assertThat(device.status().commands().executed()).isEqualTo(commands);
            if (commands <= 2_000) {
                assertThat(done).containsExactlyElementsOf(ids);
            }
        }
    }
}
