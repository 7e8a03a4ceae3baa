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
import org.perilune.sdk.commandlog.CommandLog;
import org.perilune.sdk.wire.Acks;
import org.perilune.sdk.wire.Micros;

/** What a device makes of what an earlier start left, without a link. */
class CommandReceiverTest {
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
                log.begun(each.getId(), Instant.now()).join();
            }
        }
        try (var receiver = receiver()) {
            receiver.start();
            List<Ack> acks = ends(receiver, 3);
            assertThat(acks)
                    .extracting(ack -> ack.getId() + " " + ack.getStage())
                    .containsExactlyInAnyOrder("once STAGE_UNKNOWN", "again STAGE_COMPLETED", "late STAGE_UNKNOWN");
            assertThat(done).containsExactly("again");
        }
    }

    @Test
    void aDeviceThatCannotReadItsLogExecutesNothingAndSaysWhy() throws Exception {
        Files.writeString(folder.resolve("commands.log"), "damaged beyond recognition");
        try (var receiver = receiver()) {
            receiver.start();
            receiver.take(Commands.of("c1", "ACT").build().toByteArray(), OptionalLong.empty());
            assertThat(receiver.status().dropped()).isEqualTo(1);
            assertThat(receiver.status().failure()).contains("Not a command log");
            assertThat(receiver.outbox().isEmpty()).isTrue();
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
        try (var receiver = receiver(slow)) {
            receiver.start();
            receiver.take(command.toByteArray(), OptionalLong.empty());
            assertThat(ends(receiver, 1).getFirst().getStage()).isEqualTo(Stage.STAGE_EXPIRED);
        }
        assertThat(done).isEmpty();
    }

    @Test
    void acknowledgementsThatWereNotTakenAreMadeAgainAfterAConnect() {
        try (var receiver = receiver()) {
            receiver.start();
            receiver.take(Commands.of("c1", "ACT").build().toByteArray(), OptionalLong.empty());
            Ack ack = ends(receiver, 1).getFirst();
            receiver.acknowledgeAgain();
            assertThat(receiver.outbox().take()).isEqualTo(ack);

            receiver.acknowledged(ack);
            await().until(() -> {
                receiver.acknowledgeAgain();
                return receiver.outbox().isEmpty();
            });
        }
    }

    private static List<Ack> ends(CommandReceiver receiver, int count) {
        var ends = new ArrayList<Ack>();
        await().until(() -> {
            for (var ack = receiver.outbox().take();
                    ack != null;
                    ack = receiver.outbox().take()) {
                if (Acks.isFinal(ack.getStage())) {
                    ends.add(ack);
                }
            }
            return ends.size() == count;
        });
        return ends;
    }

    private CommandReceiver receiver() {
        return receiver(command -> {
            done.add(command.id());
            return CommandOutcome.completed();
        });
    }

    private CommandReceiver receiver(CommandHandler handler) {
        var config = DeviceConfig.of("desk", DeviceKey.of("none"), "127.0.0.1", 1, folder);
        return new CommandReceiver(config, handler, new CommandListener() {}, Clock.systemUTC());
    }
}
