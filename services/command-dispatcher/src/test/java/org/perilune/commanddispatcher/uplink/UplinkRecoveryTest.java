package org.perilune.commanddispatcher.uplink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.perilune.commanddispatcher.uplink.UplinkFixture.LIMIT;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.perilune.commanddispatcher.FakeDevice;
import org.perilune.commanddispatcher.lifecycle.CommandState;
import org.perilune.commanddispatcher.lifecycle.Outcome;
import org.perilune.commanddispatcher.lifecycle.Transition;
import org.perilune.commanddispatcher.lifecycle.Transitions;
import org.perilune.testkit.Gate;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class UplinkRecoveryTest {
    private static final Duration LONG = Duration.ofMinutes(10);
    private static final int COMMANDS = 1_000;

    private UplinkFixture fixture;

    @BeforeAll
    void start(@TempDir Path home) throws Exception {
        fixture = new UplinkFixture(home);
    }

    @AfterAll
    void stop() {
        fixture.close();
    }

    private void insertAndAwaitTheFirst(String device, FakeDevice its) throws Exception {
        fixture.insert(device, LONG, COMMANDS, null);
        await().atMost(LIMIT).until(() -> its.received.size() > COMMANDS / 10);
    }

    /** None was left out, and each has each stage once. */
    private void requireAll(String device, FakeDevice its) throws Exception {
        fixture.awaitAllCompleted(device, COMMANDS);
        assertThat(new HashSet<>(its.ids())).hasSize(COMMANDS);
        assertThat(fixture.text("""
                select count(*) from (
                    select 1 from command_history h join command c on c.id = h.command_id
                    where device = '%s' and (h.detail = '' or h.stage <> 'sent')
                    group by h.command_id, h.stage having count(*) > 1) twice
                """.formatted(device))).isEqualTo("0");
    }

    @Test
    void goesOnWhenPostgresWasKilled() throws Exception {
        try (var copy = fixture.copy();
                var device = fixture.device("sql", FakeDevice::obedient)) {
            assertThat(copy.health()).isNotNull();
            insertAndAwaitTheFirst("sql", device);
            fixture.kill("PostgreSQL");
            requireAll("sql", device);
        }
    }

    @Test
    void goesOnWhenRedisWasKilled() throws Exception {
        try (var copy = fixture.copy();
                var device = fixture.device("redis", FakeDevice::obedient)) {
            assertThat(copy.health()).isNotNull();
            insertAndAwaitTheFirst("redis", device);
            fixture.kill("Redis");
            requireAll("redis", device);
        }
    }

    @Test
    void goesOnWhenTheBrokerWasAway() throws Exception {
        try (var gate = new Gate(fixture.backends.mqttPort());
                var copy = fixture.copy(gate.port());
                var device = fixture.device("broker", FakeDevice::obedient)) {
            gate.open();
            insertAndAwaitTheFirst("broker", device);
            gate.shut();
            await().atMost(LIMIT).until(() -> copy.health().report().status(), "down"::equals);
            gate.open();
            requireAll("broker", device);
            // Another device's link may have been made first: commands go before every subscription is back.
            await().atMost(LIMIT).until(() -> copy.health().report().status(), "up"::equals);
        }
    }

    @Test
    void callsBackNothingThatIsOnItsWay() throws Exception {
        fixture.copy().close(); // which makes the schema; nobody sends from here on
        UUID waiting = fixture.insert("absent", LONG);
        UUID underway = fixture.insert("underway", LONG);
        fixture.run("update command set handed_over = true where id = '" + underway + "'");
        try (var handle = Jdbi.open(fixture::connect)) {
            var outcomes = handle.inTransaction(transaction -> new Transitions(fixture.clock)
                    .apply(
                            transaction,
                            List.of(
                                    new Transition(waiting, CommandState.CANCELLED, "ada", "", null, null),
                                    new Transition(underway, CommandState.CANCELLED, "ada", "", null, null),
                                    new Transition(UUID.randomUUID(), CommandState.CANCELLED, "ada", "", null, null),
                                    new Transition(waiting, CommandState.SENT, "device", "", null, null))));
            assertThat(outcomes).containsExactly(Outcome.APPLIED, Outcome.NONE, Outcome.NONE, Outcome.LATE);
        }
    }
}
