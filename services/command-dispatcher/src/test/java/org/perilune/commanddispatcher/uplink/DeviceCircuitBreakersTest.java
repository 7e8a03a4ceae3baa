package org.perilune.commanddispatcher.uplink;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class DeviceCircuitBreakersTest {
    private static final String DEVICE = "rover";
    private static final Instant NOW = Instant.parse("2026-12-24T12:00:00Z");

    private final DeviceCircuitBreakers links = new DeviceCircuitBreakers();

    @Test
    void triesAnUnknownDeviceWithOneCommand() {
        assertThat(links.take(DEVICE, NOW)).isTrue();
        assertThat(links.take(DEVICE, NOW)).isFalse();
        assertThat(links.excluded(NOW)).containsExactly(DEVICE);
        links.delivered(DEVICE);
        assertThat(links.take(DEVICE, NOW)).isTrue();
        assertThat(links.take(DEVICE, NOW)).isTrue();
        assertThat(links.catchingUp(10)).containsExactly(DEVICE);
        assertThat(links.excluded(NOW)).containsExactly(DEVICE);
        links.caughtUp(DEVICE);
        assertThat(links.take(DEVICE, NOW)).isTrue();
        assertThat(links.excluded(NOW)).isEmpty();
    }

    @Test
    void triesADeviceWithoutLinkEverMoreRarely() {
        Instant now = NOW;
        for (long expected : new long[] {1, 2, 4, 8, 16, 30, 30}) {
            assertThat(links.take(DEVICE, now)).isTrue();
            links.failed(DEVICE, now);
            assertThat(links.excluded(now)).containsExactly(DEVICE);
            Instant retry = now.plus(Duration.ofSeconds(expected));
            assertThat(links.take(DEVICE, retry.minusMillis(1))).isFalse();
            assertThat(links.excluded(retry)).isEmpty();
            now = retry;
        }
    }

    @Test
    void waitsNoLongerBecauseTheClockWasSetBack() {
        assertThat(links.take(DEVICE, NOW)).isTrue();
        links.failed(DEVICE, NOW);
        Instant before = NOW.minus(Duration.ofHours(1));
        assertThat(links.excluded(before)).isEmpty();
        assertThat(links.take(DEVICE, before)).isTrue();
    }

    @Test
    void triesAtOnceWhenTheDeviceSaysThatItIsThere() {
        assertThat(links.take(DEVICE, NOW)).isTrue();
        assertThat(links.failed(DEVICE, NOW)).isTrue();
        links.connected(DEVICE);
        assertThat(links.take(DEVICE, NOW)).isTrue();
        links.connected(DEVICE); // while it is tried: what comes of the try is old news
        assertThat(links.failed(DEVICE, NOW)).isFalse();
        assertThat(links.take(DEVICE, NOW)).isTrue();
    }
}
