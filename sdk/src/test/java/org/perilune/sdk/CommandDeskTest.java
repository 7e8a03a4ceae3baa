package org.perilune.sdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.perilune.contracts.v1.Ack;
import org.perilune.contracts.v1.Command;
import org.perilune.contracts.v1.Stage;

/** What a device makes of what an earlier start left, without a link. */
class CommandDeskTest {
    @TempDir
    Path folder;

    private final List<String> done = new CopyOnWriteArrayList<>();

    @Test
    void whatWasInterruptedIsUnknownUnlessItMayBeBegunAgain() {
        var once = Commands.of("once", "ACT").build();
        var again = Commands.of("again", "ACT").setRepeatable(true).build();
        var late = Commands.expiring("late", "ACT", Duration.ofMinutes(-1))
                .setRepeatable(true)
                .build();
        try (var log = CommandLog.open(folder, 1024 * 1024, Clock.systemUTC())) {
            for (Command each : List.of(once, again, late)) {
                log.received(each, Instant.now()).join();
                log.begun(CommandMessage.read(each), Instant.now()).join();
            }
        }
        try (var desk = desk()) {
            desk.start();
            List<Ack> acks = ends(desk, 3);
            assertThat(acks)
                    .extracting(ack -> ack.getId() + " " + ack.getStage())
                    .containsExactlyInAnyOrder("once STAGE_UNKNOWN", "again STAGE_COMPLETED", "late STAGE_UNKNOWN");
            assertThat(done).containsExactly("again");
        }
    }

    @Test
    void aDeviceThatCannotReadItsLogExecutesNothingAndSaysWhy() throws Exception {
        Files.writeString(folder.resolve("commands.log"), "damaged beyond recognition");
        try (var desk = desk()) {
            desk.start();
            desk.take(Commands.of("c1", "ACT").build().toByteArray(), OptionalLong.empty());
            assertThat(desk.status().dropped()).isEqualTo(1);
            assertThat(desk.status().failure()).contains("Not a command log");
            assertThat(desk.outbox().isEmpty()).isTrue();
        }
        assertThat(done).isEmpty();
    }

    @Test
    void whatExpiresWhileItIsJudgedIsNotDone() {
        var command = Commands.expiring("c1", "ACT", Duration.ofMillis(300)).build();
        Instant notAfter = Micros.toInstant(command.getNotAfterMicros());
        CommandHandler slow = new CommandHandler() {
            @Override
            public Optional<String> objection(DeviceCommand judged) {
                await().until(() -> Instant.now().isAfter(notAfter));
                return Optional.empty();
            }

            @Override
            public CommandOutcome execute(DeviceCommand executed) {
                done.add(executed.id());
                return CommandOutcome.completed();
            }
        };
        try (var desk = desk(slow)) {
            desk.start();
            desk.take(command.toByteArray(), OptionalLong.empty());
            assertThat(ends(desk, 1).getFirst().getStage()).isEqualTo(Stage.STAGE_EXPIRED);
        }
        assertThat(done).isEmpty();
    }

    @Test
    void acknowledgementsThatWereNotTakenAreMadeAgainAfterAConnect() {
        try (var desk = desk()) {
            desk.start();
            desk.take(Commands.of("c1", "ACT").build().toByteArray(), OptionalLong.empty());
            Ack ack = ends(desk, 1).getFirst();
            desk.acknowledgeAgain();
            assertThat(desk.outbox().take()).isEqualTo(ack);

            desk.acknowledged(ack);
            await().until(() -> {
                desk.acknowledgeAgain();
                return desk.outbox().isEmpty();
            });
        }
    }

    private static List<Ack> ends(CommandDesk desk, int count) {
        var ends = new ArrayList<Ack>();
        await().until(() -> {
            for (var ack = desk.outbox().take();
                    ack != null;
                    ack = desk.outbox().take()) {
                if (CommandMessage.isFinal(ack.getStage())) {
                    ends.add(ack);
                }
            }
            return ends.size() == count;
        });
        return ends;
    }

    private CommandDesk desk() {
        return desk(command -> {
            done.add(command.id());
            return CommandOutcome.completed();
        });
    }

    private CommandDesk desk(CommandHandler handler) {
        var config = DeviceConfig.of("desk", DeviceKey.of("none"), "127.0.0.1", 1, folder);
        return new CommandDesk(config, handler, new CommandListener() {}, Clock.systemUTC());
    }
}
