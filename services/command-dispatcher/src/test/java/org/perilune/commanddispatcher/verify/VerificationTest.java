package org.perilune.commanddispatcher.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.perilune.commanddispatcher.uplink.UplinkFixture.LIMIT;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.perilune.commanddispatcher.FakeDevice;
import org.perilune.commanddispatcher.lifecycle.CommandState;
import org.perilune.commanddispatcher.uplink.UplinkFixture;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class VerificationTest {
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final String AT_LEAST = "{\"parameter\":\"speed\",\"within\":10,\"minimum\":1600}";

    private UplinkFixture fixture;

    @BeforeAll
    void start(@TempDir Path home) throws Exception {
        fixture = new UplinkFixture(home);
    }

    @AfterEach
    void comeBack() {
        fixture.telemetry.away = false;
        fixture.telemetry.onlyLive = false;
    }

    @AfterAll
    void stop() {
        fixture.close();
    }

    private UUID done(UplinkFixture.Copy copy, String device, String verification) throws Exception {
        UUID id = fixture.insert(device, MINUTE, 1, verification).getFirst();
        copy.uplink().wake();
        fixture.awaitState(id, CommandState.VERIFYING);
        return id;
    }

    private Instant executed(UUID id) throws Exception {
        return Instant.parse(
                fixture.text("select to_char(executed_at at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"
                        + " from command where id = '" + id + "'"));
    }

    private String detail(UUID id) throws Exception {
        return fixture.text("select detail from command where id = '" + id + "'");
    }

    @Test
    void completesByWhatIsStored() throws Exception {
        try (var copy = fixture.copy();
                var device = fixture.device("stored", FakeDevice::obedient)) {
            UUID id = done(copy, "stored", AT_LEAST);
            assertThat(device.received).hasSize(1);
            fixture.telemetry.show("stored", executed(id).minusMillis(1), "speed", 2_000);
            fixture.telemetry.show("stored", executed(id).plusSeconds(1), "speed", 1_500);
            fixture.telemetry.show("stored", executed(id).plusSeconds(2), "speed", 1_631.2);
            fixture.awaitState(id, CommandState.COMPLETED);
            assertThat(detail(id)).isEqualTo("telemetry shows speed 1,631.2 m/s, as expected");
            assertThat(fixture.history(id)).isEqualTo("sent received executing verifying completed");
            assertThat(fixture.text(
                            "select by from command_history where stage = 'completed' and command_id = '" + id + "'"))
                    .isEqualTo("command-dispatcher");
        }
    }

    @Test
    void completesAtOnceByWhatIsShownLive() throws Exception {
        fixture.telemetry.onlyLive = true;
        try (var copy = fixture.copy();
                var device = fixture.device("live", FakeDevice::obedient)) {
            UUID id = done(copy, "live", AT_LEAST);
            assertThat(device.received).hasSize(1);
            await().atMost(LIMIT).until(() -> fixture.telemetry.isFollowed("live"));
            fixture.telemetry.show("live", executed(id).plusSeconds(1), "speed", 1_700);
            fixture.awaitState(id, CommandState.COMPLETED);
            await().atMost(LIMIT).until(() -> {
                fixture.telemetry.show("other", Instant.now(), "speed", 1); // a write finds out that nobody listens
                return !fixture.telemetry.isFollowed("live");
            });
        }
    }

    @Test
    void failsOnceTheTimeIsOverOnTheDevice() throws Exception {
        try (var copy = fixture.copy();
                var device = fixture.device("slow", FakeDevice::obedient)) {
            UUID id = done(copy, "slow", AT_LEAST);
            assertThat(device.received).hasSize(1);
            fixture.telemetry.show("slow", executed(id).plusSeconds(9), "speed", 1_531.2);
            fixture.telemetry.show("slow", executed(id).plusSeconds(11), "speed", 1_700);
            fixture.awaitState(id, CommandState.FAILED);
            assertThat(detail(id))
                    .isEqualTo("telemetry should have shown speed of at least 1,600 m/s within 10 s;"
                            + " it showed 1,531.2 m/s");
        }
    }

    @Test
    void comparesToTheValueBefore() throws Exception {
        String change = "{\"parameter\":\"speed\",\"within\":10,\"changes_by\":-12.5,\"tolerance\":0.1}";
        try (var copy = fixture.copy();
                var device = fixture.device("braking", FakeDevice::obedient)) {
            fixture.telemetry.show("braking", Instant.now().minusSeconds(5), "speed", 1_000);
            fixture.telemetry.show("braking", Instant.now().minusSeconds(2), "speed", 1_600);
            UUID id = done(copy, "braking", change);
            assertThat(device.received).hasSize(1);
            fixture.telemetry.show("braking", executed(id).plusSeconds(1), "speed", 1_600);
            await().atMost(LIMIT)
                    .until(
                            () -> fixture.text("select value_before from command where id = '" + id + "'"),
                            "1600"::equals);
            fixture.telemetry.show("braking", executed(id).plusSeconds(2), "speed", 1_587.55);
            fixture.awaitState(id, CommandState.COMPLETED);
        }
    }

    @Test
    void waitsForATelemetryThatIsAwayAndForADeviceWithoutALink() throws Exception {
        fixture.telemetry.away = true;
        try (var copy = fixture.copy();
                var device = fixture.device("dark", FakeDevice::obedient)) {
            UUID id = done(copy, "dark", AT_LEAST);
            assertThat(device.received).hasSize(1);
            fixture.clock.advance(Duration.ofSeconds(40));
            fixture.telemetry.show("dark", executed(id).plusSeconds(3), "speed", 1_601);
            fixture.telemetry.show("dark", executed(id).plusSeconds(30), "speed", 1);
            fixture.telemetry.away = false;
            fixture.awaitState(id, CommandState.COMPLETED);
        }
    }

    @Test
    void findsWhatWasShownAmongVeryManyReadings() throws Exception {
        fixture.telemetry.away = true;
        try (var copy = fixture.copy();
                var device = fixture.device("talkative", FakeDevice::obedient)) {
            UUID id = done(copy, "talkative", AT_LEAST);
            assertThat(device.received).hasSize(1);
            Instant executed = executed(id);
            fixture.telemetry.show("talkative", executed.plusSeconds(3), "speed", 1_601);
            for (int number = 0; number < 6_000; number++) {
                fixture.telemetry.show("talkative", executed.plusSeconds(11).plusMillis(number), "speed", 1);
            }
            fixture.telemetry.away = false;
            fixture.awaitState(id, CommandState.COMPLETED);
        }
    }

    /** The window of one reaches over very many readings; the other's is short and long over. */
    @Test
    void judgesEachCommandByItsOwnTime() throws Exception {
        fixture.telemetry.away = true;
        try (var copy = fixture.copy();
                var device = fixture.device("busy", FakeDevice::obedient)) {
            UUID brief = done(copy, "busy", AT_LEAST);
            UUID patient = done(copy, "busy", "{\"parameter\":\"speed\",\"within\":3600,\"minimum\":9000}");
            assertThat(device.received).hasSize(2);
            Instant executed = executed(brief);
            fixture.telemetry.show("busy", executed.plusSeconds(9), "speed", 1_601);
            for (int number = 0; number < 6_000; number++) {
                fixture.telemetry.show("busy", executed.plusSeconds(60).plusMillis(number), "speed", 1);
            }
            fixture.telemetry.away = false;
            fixture.awaitState(brief, CommandState.COMPLETED);
            assertThat(fixture.state(patient)).isEqualTo("verifying");
            fixture.telemetry.show("busy", executed.plusSeconds(80), "speed", 9_001);
            fixture.awaitState(patient, CommandState.COMPLETED);
        }
    }

    @Test
    void takesTheFirstReadingAfterATimeWithoutAny() throws Exception {
        fixture.telemetry.away = true;
        try (var copy = fixture.copy();
                var device = fixture.device("rare", FakeDevice::obedient)) {
            UUID id = done(copy, "rare", AT_LEAST);
            assertThat(device.received).hasSize(1);
            Instant executed = executed(id);
            fixture.telemetry.show("rare", executed.plusSeconds(300), "speed", 1_650);
            for (int number = 0; number < 6_000; number++) {
                fixture.telemetry.show("rare", executed.plusSeconds(900).plusMillis(number), "speed", 1);
            }
            fixture.telemetry.away = false;
            fixture.awaitState(id, CommandState.COMPLETED);
            assertThat(detail(id)).contains("1,650 m/s");
        }
    }

    @Test
    void readsWhatIsStoredOnceAndUnitsOnce() throws Exception {
        fixture.telemetry.away = true;
        try (var copy = fixture.copy();
                var device = fixture.device("long", FakeDevice::obedient)) {
            String timeout = "{\"parameter\":\"speed\",\"within\":3600,\"minimum\":%d}";
            List<UUID> ids = List.of(
                    done(copy, "long", timeout.formatted(1_600)),
                    done(copy, "long", timeout.formatted(1_700)),
                    done(copy, "long", timeout.formatted(9_000)));
            assertThat(device.received).hasSize(3);
            Instant executed = executed(ids.getLast());
            for (int number = 0; number < 3_000; number++) {
                fixture.telemetry.show("long", executed.plusSeconds(5).plusMillis(number), "speed", 1);
            }
            long givenBefore = fixture.telemetry.given.get();
            long factsBefore = fixture.telemetry.factsAsked.get();
            fixture.telemetry.away = false;
            await().atMost(LIMIT).until(() -> fixture.telemetry.given.get() >= givenBefore + 3_000);
            long asked = fixture.telemetry.questions.get();
            await().atMost(LIMIT).until(() -> fixture.telemetry.questions.get() > asked + 1);
            assertThat(fixture.telemetry.given.get()).isLessThan(givenBefore + 3_100);
            fixture.telemetry.show("long", executed.plusSeconds(9), "speed", 1_650);
            fixture.awaitState(ids.getFirst(), CommandState.COMPLETED);
            fixture.telemetry.show("long", executed.plusSeconds(10), "speed", 1_750);
            fixture.awaitState(ids.get(1), CommandState.COMPLETED);
            assertThat(fixture.telemetry.factsAsked.get()).isEqualTo(factsBefore + 1);
            fixture.run(
                    "update command set state = 'unknown', next_attempt_at = null where id = '" + ids.getLast() + "'");
        }
    }

    @Test
    void endsEachInTimeHoweverManyWait() throws Exception {
        fixture.telemetry.away = true;
        String begin = "update command set state = 'verifying', executed_at = requested_at, verify_until = '%s',"
                + " next_attempt_at = expires_at where device = '%s'";
        try (var copy = fixture.copy()) {
            fixture.insert("patient", Duration.ofDays(7), 1_000, AT_LEAST);
            fixture.run(begin.formatted(fixture.clock.instant(), "patient"));
            UUID id = fixture.insert("urgent", MINUTE, 1, AT_LEAST).getFirst();
            fixture.run(begin.formatted(fixture.clock.instant().plusSeconds(10), "urgent"));
            assertThat(copy.health()).isNotNull();
            fixture.clock.advance(Duration.ofSeconds(91));
            fixture.awaitState(id, CommandState.UNKNOWN);
        } finally {
            fixture.run("update command set state = 'unknown', next_attempt_at = null where device = 'patient'");
        }
    }

    @Test
    void endsWithoutTelemetryWhenAllTimesAreOver() throws Exception {
        fixture.telemetry.away = true;
        try (var copy = fixture.copy();
                var device = fixture.device("gone", FakeDevice::obedient)) {
            UUID id = done(copy, "gone", AT_LEAST);
            assertThat(device.received).hasSize(1);
            fixture.clock.advance(Duration.ofSeconds(91));
            fixture.awaitState(id, CommandState.UNKNOWN);
            assertThat(detail(id)).contains("telemetry showed nothing of speed", "at least 1,600");
        }
    }
}
