package org.perilune.sdk;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DeviceTest {
    private static final DeviceDescription DESCRIPTION = new DeviceDescription(
            "probe", ofSeconds(1), List.of(DeviceParameter.of("n", "km", "").high(1, 2)), null);

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
    void everythingReportedArrivesOnceInOrderAndLeavesTheJournal(@TempDir Path folder) throws Exception {
        try (var device = open("orderly", folder)) {
            device.reportAll(IntStream.rangeClosed(1, 2_500)
                    .mapToObj(DeviceTest::reading)
                    .toList());
            assertThat(device.report(reading(2_501))).isEqualTo(2_501);

            assertThat(device.awaitStored(ofSeconds(30))).isTrue();
            assertThat(ground.seqs("orderly", device.status().epoch()))
                    .containsExactlyElementsOf(
                            LongStream.rangeClosed(1, 2_501).boxed().toList());
            assertThat(device.status().connected()).isTrue();
            assertThat(device.status().storedUpto()).isEqualTo(2_501);
        }
    }

    @Test
    void anotherStartSendsWhatTheFirstCouldNot(@TempDir Path folder) throws Exception {
        long first;
        try (var device = open("restarted", folder)) {
            device.linkDown();
            device.reportAll(
                    IntStream.rangeClosed(1, 50).mapToObj(DeviceTest::reading).toList());
            first = device.status().epoch();
        }
        try (var device = open("restarted", folder)) {
            device.report(reading(51));
            assertThat(device.awaitStored(ofSeconds(30))).isTrue();
            assertThat(ground.seqs("restarted", first)).hasSize(50);
            assertThat(ground.seqs("restarted", device.status().epoch())).containsExactly(1L);
        }
    }

    @Test
    void describesItselfAndLeavesAWillWhenTheLinkIsCut(@TempDir Path folder) {
        try (var device = open("eclipsed", folder)) {
            await().until(() -> ground.connects("eclipsed").size() == 1);
            var connect = ground.connects("eclipsed").getFirst();
            assertThat(connect.getDeviceType()).isEqualTo("probe");
            assertThat(connect.getReportIntervalMillis()).isEqualTo(1_000);
            assertThat(connect.getParameters(0).getCriticalHigh()).isEqualTo(2);

            var from = Instant.parse("2026-11-21T03:00:00Z");
            device.describe(DESCRIPTION.withSilence(new SilenceWindow(from, from.plusSeconds(60))));
            await().until(() -> ground.connects("eclipsed").size() == 2);
            assertThat(ground.connects("eclipsed").getLast().getSilenceUntilMicros())
                    .isEqualTo((from.getEpochSecond() + 60) * 1_000_000);

            device.linkDown();
            await().until(() -> ground.wills("eclipsed").contains(connect.getSession()));
            assertThat(device.status().connected()).isFalse();
            device.report(reading(1));
            assertThat(device.status().unsettledFrames()).isEqualTo(1);

            device.linkUp();
            await().until(() -> device.status().unsettledFrames() == 0);
            assertThat(ground.connects("eclipsed").getLast().getSession()).isGreaterThan(connect.getSession());
        }
    }

    @Test
    void whatTheGroundLostIsSentAgain(@TempDir Path folder) throws Exception {
        ground.lose("unlucky", 3);
        try (var device = open("unlucky", folder)) {
            for (int i = 1; i <= 10; i++) {
                device.report(reading(i));
            }
            assertThat(device.awaitStored(ofSeconds(30))).isTrue();
            assertThat(ground.seqs("unlucky", device.status().epoch())).hasSize(10);
        }
    }

    @Test
    void aGroundThatWasNotThereIsToldAgainWhatTheDeviceIs(@TempDir Path folder) throws Exception {
        ground.loseConnects("early", 2);
        ground.lose("early", 2);
        try (var device = open("early", folder)) {
            device.report(reading(1));
            assertThat(device.awaitStored(ofSeconds(30))).isTrue();
            await().until(() -> !ground.connects("early").isEmpty());
            assertThat(device.status().reconnects()).isZero();
        }
    }

    @Test
    void aGroundThatRefusesAMessageGetsItAgain(@TempDir Path folder) throws Exception {
        ground.cutOff("refused", 2);
        try (var device = open("refused", folder)) {
            device.report(reading(1));
            assertThat(device.awaitStored(ofSeconds(30))).isTrue();
            assertThat(device.status().reconnects()).isPositive();
        }
    }

    @Test
    void aWrongKeyIsSaidAndTriedAgain(@TempDir Path folder) {
        ground.enrol("locked-out");
        try (var device =
                Device.open(config("locked-out", DeviceKey.of("wrong"), folder), DESCRIPTION, Clock.systemUTC())) {
            await().until(() -> device.status().lastFailure() != null);
            assertThat(device.status().lastFailure())
                    .containsIgnoringCase("key")
                    .doesNotContain("wrong\"");
            assertThat(device.status().connected()).isFalse();
        }
    }

    @Test
    void aKeyNeverShowsItself() {
        var config = config("secretive", DeviceKey.of("hush-hush"), Path.of("journal"));
        assertThat(config.toString()).doesNotContain("hush-hush");
    }

    private Device open(String name, Path folder) {
        return Device.open(config(name, DeviceKey.of(ground.enrol(name)), folder), DESCRIPTION, Clock.systemUTC());
    }

    private DeviceConfig config(String name, DeviceKey key, Path folder) {
        int port = ground == null ? 1 : ground.port();
        return DeviceConfig.of(name, key, "127.0.0.1", port, folder)
                .withBackoff(ofMillis(20), ofMillis(200))
                .withResendAfter(ofMillis(500));
    }

    private static Reading reading(int number) {
        return Reading.at(Instant.ofEpochSecond(number)).number("n", number).build();
    }
}
