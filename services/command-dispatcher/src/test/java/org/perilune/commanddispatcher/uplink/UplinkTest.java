package org.perilune.commanddispatcher.uplink;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.perilune.commanddispatcher.uplink.UplinkFixture.LIMIT;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.perilune.commanddispatcher.FakeDevice;
import org.perilune.commanddispatcher.lifecycle.CommandState;
import org.perilune.contracts.Streams;
import org.perilune.contracts.v1.Ack;
import org.perilune.contracts.v1.Argument;
import org.perilune.contracts.v1.Command;
import org.perilune.contracts.v1.Stage;
import org.perilune.contracts.v1.Value;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class UplinkTest {
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private UplinkFixture fixture;

    @BeforeAll
    void start(@TempDir Path home) throws Exception {
        fixture = new UplinkFixture(home);
    }

    @AfterAll
    void stop() {
        fixture.close();
    }

    @Test
    void followsACommandToItsEnd() throws Exception {
        try (var copy = fixture.copy();
                var device = fixture.device("whole", FakeDevice::obedient)) {
            UUID id = fixture.insert("whole", MINUTE);
            copy.uplink().wake();
            fixture.awaitState(id, CommandState.COMPLETED);
            assertThat(fixture.history(id)).isEqualTo("sent received executing completed");
            assertThat(fixture.text("select string_agg(convert_from(body, 'UTF8'), ' ') from outbox"
                            + " where convert_from(body, 'UTF8') like '%\"subject\":\"" + id + "\"%'"))
                    .containsPattern("\"CommandFinished\".*\"TURN on whole completed after [0-9]+\\.[0-9] s\"")
                    .containsOnlyOnce("specversion");
            Command command = device.received.element();
            assertThat(command.getId()).isEqualTo(id.toString());
            assertThat(command.getCommandType()).isEqualTo("TURN");
            assertThat(command.getArgumentsList())
                    .containsExactlyInAnyOrder(
                            Argument.newBuilder().setName("angle").setNumber(12).build(),
                            Argument.newBuilder().setName("times").setInteger(2).build(),
                            Argument.newBuilder()
                                    .setName("word")
                                    .setText("left")
                                    .build(),
                            Argument.newBuilder().setName("slow").setFlag(true).build());
            assertThat(command.getNotAfterMicros() - command.getSentMicros()).isBetween(50_000_000L, 60_000_000L);
            var message = device.messages.element();
            assertThat(message.getMessageExpiryInterval().orElse(0)).isBetween(50L, 60L);
            assertThat(message.getUserProperties().asList().toString()).contains("traceparent", "0af7651916cd43dd");
            assertThat(fixture.text(
                            "select attempts || ' ' || (next_attempt_at is null) from command where id = '" + id + "'"))
                    .isEqualTo("1 true");
            assertThat(copy.health().report().status()).isEqualTo("up");
            await().atMost(LIMIT).until(() -> fixture.redis.xlen(Streams.ACKS) == 0);
        }
    }

    @Test
    void waitsForTheDeviceToComeAndSendsInOrder() throws Exception {
        try (var copy = fixture.copy()) {
            List<UUID> ids = fixture.insert("late-riser", MINUTE, 50, null);
            copy.uplink().wake();
            String attempts = "select sum(attempts) from command where device = 'late-riser'";
            await().atMost(LIMIT).until(() -> fixture.text(attempts), "1"::equals);
            await().atMost(LIMIT)
                    .until(
                            () -> fixture.text("select bool_or(handed_over) from command where device = 'late-riser'"),
                            "f"::equals);
            try (var device = fixture.device("late-riser", FakeDevice::obedient)) {
                for (UUID id : ids) {
                    fixture.awaitState(id, CommandState.COMPLETED);
                }
                assertThat(device.ids())
                        .isEqualTo(ids.stream().map(UUID::toString).toList());
            }
        }
    }

    @Test
    void expiresWhatCouldNotBeSent() throws Exception {
        try (var copy = fixture.copy()) {
            UUID id = fixture.insert("nobody", Duration.ofSeconds(1));
            copy.uplink().wake();
            fixture.awaitState(id, CommandState.EXPIRED);
            assertThat(fixture.text("select detail from command where id = '" + id + "'"))
                    .contains("nobody had no link");
        }
    }

    @Test
    void expiresInTimeAlsoWhenTheClockWasSetBack() throws Exception {
        Duration hour = Duration.ofHours(1);
        try (var copy = fixture.copy()) {
            fixture.awaitState(fixture.insert("nobody", Duration.ofMillis(1)), CommandState.EXPIRED);
            fixture.clock.advance(hour.negated());
            UUID id = fixture.insert("nobody", Duration.ofSeconds(1));
            copy.uplink().wake();
            fixture.awaitState(id, CommandState.EXPIRED);
        } finally {
            fixture.clock.advance(hour);
        }
    }

    @Test
    void endsASilentDevicesCommandAsUnknownAndRecordsWhatComesLater() throws Exception {
        try (var copy = fixture.copy();
                var device = fixture.device("silent", FakeDevice::silent)) {
            UUID id = fixture.insert("silent", MINUTE);
            copy.uplink().wake();
            fixture.awaitState(id, CommandState.SENT);
            fixture.clock.advance(Duration.ofSeconds(6));
            await().atMost(LIMIT).until(() -> device.received.size() == 2);
            assertThat(device.ids()).containsOnly(id.toString());
            fixture.clock.advance(Duration.ofSeconds(55));
            fixture.clock.advance(Duration.ofSeconds(31));
            fixture.awaitState(id, CommandState.UNKNOWN);
            for (int time = 1; time <= 3; time++) {
                device.say(id.toString(), Stage.STAGE_COMPLETED).join();
            }
            await().atMost(LIMIT).until(() -> fixture.redis.xlen(Streams.ACKS) == 0);
            assertThat(fixture.history(id)).endsWith(" unknown completed+");
            assertThat(fixture.state(id)).isEqualTo("unknown");
        }
    }

    @Test
    void takesNoOthersWordForADevice() throws Exception {
        try (var copy = fixture.copy();
                var device = fixture.device("honest", FakeDevice::silent);
                var forger = fixture.device("forger", FakeDevice::silent)) {
            UUID id = fixture.insert("honest", MINUTE);
            copy.uplink().wake();
            fixture.awaitState(id, CommandState.SENT);
            long before = fixture.redis.xlen(Streams.REJECTS);
            forger.say(id.toString(), Stage.STAGE_COMPLETED).join();
            forger.publish("ack", "nonsense".getBytes(UTF_8)).join();
            forger.say(UUID.randomUUID().toString(), Stage.STAGE_COMPLETED).join();
            forger.say("no id", Stage.STAGE_COMPLETED).join();
            device.say(id.toString(), Stage.STAGE_UNSPECIFIED).join();
            device.say(id.toString(), Stage.STAGE_RECEIVED).join();
            fixture.awaitState(id, CommandState.RECEIVED);
            await().atMost(LIMIT).until(() -> fixture.redis.xlen(Streams.REJECTS) - before == 5);
            assertThat(fixture.history(id)).isEqualTo("sent received");
        }
    }

    @Test
    void letsNothingThatCannotBeStoredHoldUpTheRest() throws Exception {
        try (var copy = fixture.copy();
                var device = fixture.device("odd", FakeDevice::silent)) {
            List<UUID> ids = fixture.insert("odd", MINUTE, 3, null);
            copy.uplink().wake();
            fixture.awaitState(ids.getLast(), CommandState.SENT);
            long before = fixture.redis.xlen(Streams.REJECTS);
            fixture.run("alter table command_history add constraint odd check (detail <> 'odd')");
            var said = ids.stream()
                    .map(id -> device.say(Ack.newBuilder()
                            .setId(id.toString())
                            .setStage(Stage.STAGE_RECEIVED)
                            .setDetail(id.equals(ids.get(1)) ? "odd" : "")
                            .build()))
                    .toList();
            said.forEach(CompletableFuture::join);
            fixture.awaitState(ids.getFirst(), CommandState.RECEIVED);
            fixture.awaitState(ids.getLast(), CommandState.RECEIVED);
            await().atMost(LIMIT).until(() -> fixture.redis.xlen(Streams.REJECTS) - before == 1);
            assertThat(fixture.state(ids.get(1))).isEqualTo("sent");
            fixture.run("alter table command_history drop constraint odd");
        }
    }

    @Test
    void takesAcknowledgementsTwiceAndOutOfOrder() throws Exception {
        try (var copy = fixture.copy();
                var device = fixture.device("muddled", FakeDevice::silent)) {
            UUID id = fixture.insert("muddled", MINUTE);
            copy.uplink().wake();
            fixture.awaitState(id, CommandState.SENT);
            device.say(id.toString(), Stage.STAGE_EXECUTING).join();
            device.say(id.toString(), Stage.STAGE_EXECUTING).join();
            fixture.awaitState(id, CommandState.EXECUTING);
            device.say(id.toString(), Stage.STAGE_RECEIVED).join();
            device.say(Ack.newBuilder()
                            .setId(id.toString())
                            .setStage(Stage.STAGE_FAILED)
                            .setDetail("zero \0 within")
                            .setTimeMicros(Long.MAX_VALUE)
                            .addResults(Value.newBuilder().setName("angle").setNumber(Double.NaN))
                            .addResults(Value.newBuilder().setName("turned").setNumber(1.5))
                            .build())
                    .join();
            device.say(id.toString(), Stage.STAGE_FAILED).join();
            fixture.awaitState(id, CommandState.FAILED);
            await().atMost(LIMIT).until(() -> fixture.redis.xlen(Streams.ACKS) == 0);
            assertThat(fixture.history(id)).isEqualTo("sent executing failed");
            assertThat(fixture.text("select results ->> 'turned' from command where id = '" + id + "'"))
                    .isEqualTo("1.5");
        }
    }

    @Test
    void goesOnWhereTheCopyBeforeLeftOff() throws Exception {
        try (var device = fixture.device("patient", FakeDevice::silent)) {
            UUID id;
            try (var copy = fixture.copy()) {
                id = fixture.insert("patient", MINUTE);
                copy.uplink().wake();
                fixture.awaitState(id, CommandState.SENT);
            }
            device.say(id.toString(), Stage.STAGE_RECEIVED).join();
            try (var copy = fixture.copy()) {
                assertThat(copy.health()).isNotNull();
                fixture.awaitState(id, CommandState.RECEIVED);
            }
            device.say(id.toString(), Stage.STAGE_COMPLETED).join();
            try (var copy = fixture.copy()) {
                assertThat(copy.health()).isNotNull();
                fixture.awaitState(id, CommandState.COMPLETED);
            }
            assertThat(device.received).hasSize(1);
        }
    }

    @Test
    void sendsFromOneCopyAndFromTheOtherWhenThatEnds() throws Exception {
        try (var device = fixture.device("single", FakeDevice::obedient);
                var second = new org.perilune.chassis.runtime.Resources()) {
            try (var first = fixture.copy()) {
                var _ = second.add(fixture.copy());
                List<UUID> ids = fixture.insert("single", MINUTE, 200, null);
                first.uplink().wake();
                fixture.awaitState(ids.getLast(), CommandState.COMPLETED);
                assertThat(fixture.text(SENDERS)).isEqualTo("1");
            }
            List<UUID> more = fixture.insert("single", MINUTE, 200, null);
            fixture.awaitState(more.getLast(), CommandState.COMPLETED);
            assertThat(device.received).hasSize(400);
        }
    }

    @Test
    void keepsWhatCannotGoToTheRejects() throws Exception {
        byte[] rejects = Streams.REJECTS.getBytes(UTF_8);
        byte[] aside = "rejects meanwhile".getBytes(UTF_8);
        try (var copy = fixture.copy();
                var device = fixture.device("rejected", FakeDevice::silent)) {
            UUID id = fixture.insert("rejected", MINUTE);
            copy.uplink().wake();
            fixture.awaitState(id, CommandState.SENT);
            device.publish("ack", "nonsense".getBytes(UTF_8)).join();
            await().atMost(LIMIT).until(() -> fixture.redis.exists(rejects));
            // As if Redis were full: it takes no more rejects, and lets everything else be done.
            fixture.redis.rename(rejects, aside);
            fixture.redis.set(rejects, "no stream".getBytes(UTF_8));
            device.publish("ack", "more nonsense".getBytes(UTF_8)).join();
            device.say(id.toString(), Stage.STAGE_RECEIVED).join();
            fixture.awaitState(id, CommandState.RECEIVED);
            await().atMost(LIMIT).until(() -> fixture.redis.xlen(Streams.ACKS) == 1);
            long before = fixture.redis.xlen(aside);

            fixture.redis.rename(aside, rejects);

            await().atMost(LIMIT).until(() -> fixture.redis.xlen(Streams.ACKS) == 0);
            assertThat(fixture.redis.xlen(rejects)).isEqualTo(before + 1);
        }
    }

    @Test
    void setsAsideWhatIsForDevicesWithoutALink() throws Exception {
        try (var copy = fixture.copy()) {
            List<UUID> ids = fixture.insert("shadowed", MINUTE.multipliedBy(10), 1_500, null);
            copy.uplink().wake();
            String due = "select count(*) from command where device = 'shadowed' and next_attempt_at < expires_at";
            await().atMost(LIMIT).until(() -> fixture.text(due), "0"::equals);
            UUID late = fixture.insert("shadowed", MINUTE);
            await().atMost(LIMIT).until(() -> fixture.text(due), "0"::equals);
            try (var device = fixture.device("shadowed", FakeDevice::obedient)) {
                fixture.awaitAllCompleted("shadowed", ids.size() + 1);
                List<String> order = device.ids().stream().distinct().toList();
                assertThat(order.subList(0, ids.size()))
                        .isEqualTo(ids.stream().map(UUID::toString).toList());
                assertThat(order).endsWith(late.toString());
            }
        }
    }

    @Test
    void sendsWhatAnotherSenderSetAside() throws Exception {
        try (var first = fixture.copy()) {
            fixture.insert("handed-down", MINUTE, 3, null);
            first.uplink().wake();
            await().atMost(LIMIT)
                    .until(
                            () -> fixture.text("select count(*) from command"
                                    + " where device = 'handed-down' and next_attempt_at = expires_at"),
                            "3"::equals);
        }
        fixture.clock.advance(Duration.ofSeconds(1));
        try (var device = fixture.device("handed-down", FakeDevice::obedient);
                var second = fixture.copy()) {
            assertThat(second.health()).isNotNull();
            fixture.awaitAllCompleted("handed-down", 3);
            assertThat(device.received).hasSize(3);
        }
    }

    private static final String SENDERS =
            "select count(*) from pg_locks where locktype = 'advisory' and objid = 1 and granted";
}
