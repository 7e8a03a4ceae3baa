package org.perilune.sdk.commandlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.perilune.contracts.v1.Ack;
import org.perilune.contracts.v1.Command;
import org.perilune.contracts.v1.Stage;
import org.perilune.sdk.wire.Acks;
import org.perilune.sdk.wire.Micros;

class CommandLogTest {
    private static final long LIMIT = 1024 * 1024;
    private static final Instant NOW = Instant.parse("2026-11-21T07:00:00Z");

    @TempDir
    Path folder;

    @Test
    void anotherStartKnowsHowFarEachCommandCame() {
        try (var log = open(NOW)) {
            log.received(command("received"), NOW).join();
            log.received(command("begun"), NOW).join();
            log.begun(command("begun").getId(), NOW).join();
            log.received(command("ended"), NOW).join();
            log.ended(end("ended", Stage.STAGE_FAILED), 0).join();
            log.ended(end("acknowledged", Stage.STAGE_REJECTED), 0).join();
            log.acknowledged("acknowledged");
        }
        try (var log = open(NOW)) {
            assertThat(log.unsettled())
                    .extracting(entry -> entry.ack().getId() + " " + entry.ack().getStage())
                    .containsExactly("received STAGE_RECEIVED", "begun STAGE_EXECUTING", "ended STAGE_FAILED");
            assertThat(log.unsettled().getFirst().message()).isEqualTo(command("received"));
            assertThat(log.find("acknowledged").orElseThrow().ack().getDetail()).isEqualTo("because");
            assertThat(log.find("never seen")).isEmpty();
        }
    }

    /** Any bit of any record but the last: what comes behind is not forgotten, so nothing could be done twice. */
    @Test
    void aLogDamagedBeforeItsEndTakesNothingMore() throws Exception {
        Path file = folder.resolve("commands.log");
        try (var log = open(NOW)) {
            log.received(command("first"), NOW).join();
        }
        int first = Math.toIntExact(Files.size(file));
        try (var log = open(NOW)) {
            log.ended(end("ended", Stage.STAGE_COMPLETED), 0).join();
        }
        byte[] whole = Files.readAllBytes(file);
        for (int at = Long.BYTES; at < first; at++) {
            byte[] damaged = whole.clone();
            damaged[at] ^= 0x10;
            Files.write(file, damaged);
            try (var log = open(NOW)) {
                assertThat(log.failure().orElse("")).as("byte %d", at).contains("damaged at byte 8", "move it aside");
                assertThatThrownBy(log.received(command("next"), NOW)::join).hasMessageContaining("damaged");
            }
            assertThat(file).as("byte %d", at).hasBinaryContent(damaged);
        }
    }

    /** A block that was not written yet, before one that was: neither was forced. */
    @Test
    void zerosBeforeTheEndAreATornTail() throws Exception {
        Path file = folder.resolve("commands.log");
        try (var log = open(NOW)) {
            log.received(command("first"), NOW).join();
        }
        int first = Math.toIntExact(Files.size(file));
        try (var log = open(NOW)) {
            log.received(command("second"), NOW).join();
            log.received(command("third"), NOW).join();
        }
        byte[] torn = Files.readAllBytes(file);
        Arrays.fill(torn, first, first + 24, (byte) 0);
        Files.write(file, torn);
        try (var log = open(NOW)) {
            assertThat(log.failure()).isEmpty();
            assertThat(log.unsettled()).hasSize(1);
        }
    }

    /** Wherever a power loss cut the file: what is whole before the cut is known, nothing else, and writing goes on. */
    @Test
    void aTornTailIsCutWhereverItWasTorn() throws Exception {
        var sizes = new ArrayList<Integer>();
        Path file = folder.resolve("commands.log");
        try (var log = open(NOW)) {
            for (int i = 0; i < 5; i++) {
                log.received(command("c" + i), NOW).join();
                sizes.add(Math.toIntExact(Files.size(file)));
            }
        }
        byte[] whole = Files.readAllBytes(file);
        for (int length = Long.BYTES; length <= whole.length; length++) {
            int cut = length;
            Files.write(file, Arrays.copyOf(whole, cut));
            long expected = sizes.stream().filter(size -> size <= cut).count();
            try (var log = open(NOW)) {
                assertThat(log.unsettled()).as("cut at %d", cut).hasSize((int) expected);
                log.received(command("next"), NOW).join();
            }
            try (var log = open(NOW)) {
                assertThat(log.find("next")).as("cut at %d", cut).isPresent();
            }
        }
    }

    @Test
    void aLogThatCannotBeReadTakesNothing() throws Exception {
        Files.writeString(folder.resolve("commands.log"), "This is somebody's shopping list");
        try (var log = open(NOW)) {
            assertThat(log.failure().orElseThrow()).contains("Not a command log");
            CompletableFuture<Void> refused = log.received(command("c1"), NOW);
            assertThatThrownBy(refused::join).isNotNull();
            assertThat(log.find("c1")).isEmpty();
        }
        assertThat(folder.resolve("commands.log")).hasContent("This is somebody's shopping list");
    }

    @Test
    void aLogIsRewrittenWhenMostOfItIsOvertaken() throws Exception {
        int commands = 12_000;
        var last = CompletableFuture.<Void>completedFuture(null);
        try (var log = open(NOW)) {
            for (int i = 0; i < commands; i++) {
                var command = command("command-number-" + i);
                var _ = log.received(command, NOW);
                var _ = log.begun(command.getId(), NOW);
                last = log.ended(end(command.getId(), Stage.STAGE_COMPLETED), command.getNotAfterMicros());
                log.acknowledged(command.getId());
                if (i % 1_000 == 0) {
                    last.join();
                }
            }
            last.join();
            log.received(command("open"), NOW).join();
        }
        long written = 3L * commands * 60;
        assertThat(Files.size(folder.resolve("commands.log"))).isLessThan(written);
        assertThat(folder.resolve("commands.log.new")).doesNotExist();
        try (var log = open(NOW)) {
            assertThat(log.unsettled()).extracting(entry -> entry.ack().getId()).containsExactly("open");
            for (int i = 0; i < commands; i++) {
                assertThat(log.find("command-number-" + i)).isPresent();
            }
        }
    }

    @Test
    void anEndIsRememberedForADayAfterTheCommandExpired() {
        try (var log = open(NOW)) {
            log.received(command("c1"), NOW).join();
            log.ended(end("c1", Stage.STAGE_COMPLETED), command("c1").getNotAfterMicros())
                    .join();
        }
        var expiry = NOW.plus(Duration.ofHours(1));
        try (var log = open(expiry.plus(Duration.ofHours(23)))) {
            assertThat(log.find("c1")).isPresent();
        }
        try (var log = open(expiry.plus(Duration.ofHours(25)))) {
            assertThat(log.find("c1")).isEmpty();
            assertThat(log.bytes()).isZero();
        }
    }

    @Test
    void aLogThatTakesNothingMoreForgetsWhatItMay() {
        var hours = new AtomicLong();
        try (var log = CommandLog.open(folder, 100, new Clock() {
            @Override
            public Instant instant() {
                return NOW.plus(Duration.ofHours(hours.get()));
            }

            @Override
            public ZoneId getZone() {
                return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(ZoneId zone) {
                throw new UnsupportedOperationException("Nobody needs it");
            }
        })) {
            for (int number = 0; number < 5; number++) {
                log.ended(end("c" + number, Stage.STAGE_COMPLETED), Micros.of(NOW))
                        .join();
            }
            assertThat(log.bytes()).isGreaterThan(125);
            hours.set(25);
            assertThat(log.overfull()).isFalse();
            assertThat(log.bytes()).isZero();
        }
    }

    @Test
    void aDiskThatTakesNothingIsTriedAgain() throws Exception {
        Path gone = folder.resolve("gone");
        try (var log = CommandLog.open(gone, LIMIT, Clock.fixed(NOW, ZoneOffset.UTC))) {
            var received = log.received(command("c1"), NOW);
            assertThatThrownBy(() -> received.get(100, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);
            assertThat(log.find("c1")).isEmpty();

            Files.createDirectory(gone);
            received.get(20, TimeUnit.SECONDS);
            assertThat(log.find("c1")).isPresent();
            assertThat(log.failure()).isEmpty();
        }
    }

    @Test
    void aClosedLogRefuses() {
        var log = open(NOW);
        log.close();
        assertThatThrownBy(() -> log.received(command("late"), NOW).join()).hasMessageContaining("closed");
    }

    @Test
    void nothingIsWrittenForADeviceThatGetsNoCommands() {
        open(NOW).close();
        assertThat(folder.resolve("commands.log")).doesNotExist();
    }

    @Test
    void aLeftoverOfAnInterruptedRewriteDoesNoHarm() throws Exception {
        try (var log = open(NOW)) {
            log.received(command("c1"), NOW).join();
        }
        Files.write(folder.resolve("commands.log.new"), List.of("half"), StandardOpenOption.CREATE);
        try (var log = open(NOW)) {
            assertThat(log.unsettled()).hasSize(1);
        }
    }

    private CommandLog open(Instant now) {
        return CommandLog.open(folder, LIMIT, Clock.fixed(now, ZoneOffset.UTC));
    }

    private static Command command(String id) {
        return Command.newBuilder()
                .setId(id)
                .setCommandType("TURN")
                .setSentMicros(Micros.of(NOW))
                .setNotAfterMicros(Micros.of(NOW.plus(Duration.ofHours(1))))
                .build();
    }

    private static Ack end(String id, Stage stage) {
        return Acks.ack(id, stage, "because", NOW);
    }
}
