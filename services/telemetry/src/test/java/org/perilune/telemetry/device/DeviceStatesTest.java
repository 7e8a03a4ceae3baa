package org.perilune.telemetry.device;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class DeviceStatesTest {
    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");

    private static DeviceState heard(long secondsAgo, @Nullable Long willAgo, @Nullable Long silenceAgo) {
        var signs = new DeviceStates.Signs(
                NOW.minusSeconds(secondsAgo),
                Duration.ofSeconds(5),
                null,
                willAgo == null ? null : NOW.minusSeconds(willAgo),
                true,
                false,
                silenceAgo == null ? null : NOW.minusSeconds(silenceAgo),
                silenceAgo == null ? null : NOW.minusSeconds(silenceAgo).plusSeconds(600));
        return DeviceStates.tell(signs, NOW).state();
    }

    @Test
    void neverHeardIsUnknown() {
        var signs = new DeviceStates.Signs(null, Duration.ZERO, null, null, false, false, null, null);
        assertThat(DeviceStates.tell(signs, NOW).state()).isEqualTo(DeviceState.UNKNOWN);
    }

    @Test
    void silenceGoesFromOnlineToDark() {
        assertThat(heard(11, null, null)).isEqualTo(DeviceState.ONLINE);
        assertThat(heard(12, null, null)).isEqualTo(DeviceState.LATE);
        assertThat(heard(26, null, null)).isEqualTo(DeviceState.STALE);
        assertThat(heard(51, null, null)).isEqualTo(DeviceState.DARK);
    }

    @Test
    void lastWillMeansDarkUnlessSomethingCameAfterIt() {
        assertThat(heard(6, 5L, null)).isEqualTo(DeviceState.DARK);
        assertThat(heard(2, 5L, null)).isEqualTo(DeviceState.ONLINE);
    }

    @Test
    void announcedSilenceIsPlannedUntilItsGraceIsOver() {
        assertThat(heard(301, 300L, 300L)).isEqualTo(DeviceState.PLANNED_SILENCE);
        assertThat(heard(1, null, 300L)).isEqualTo(DeviceState.ONLINE);
        assertThat(heard(640, null, 629L)).isEqualTo(DeviceState.PLANNED_SILENCE);
        assertThat(heard(640, null, 631L)).isEqualTo(DeviceState.DARK);
    }
}
