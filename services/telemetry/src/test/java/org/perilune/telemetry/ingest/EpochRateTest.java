package org.perilune.telemetry.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class EpochRateTest {
    private final AtomicLong now = new AtomicLong();
    private final EpochRate rate = new EpochRate(60, now::get);

    private int begun(int device, int tries) {
        int begun = 0;
        for (int attempt = 0; attempt < tries; attempt++) {
            begun += rate.mayBegin(device) ? 1 : 0;
        }
        return begun;
    }

    @Test
    void givesEachDeviceSomeAtOnceAndThenSoManyAMinute() {
        assertThat(begun(1, 5_000)).isEqualTo(EpochRate.AT_ONCE);
        assertThat(begun(2, 10)).isEqualTo(10);
        now.addAndGet(Duration.ofSeconds(30).toNanos());
        assertThat(begun(1, 5_000)).isEqualTo(30);
        now.addAndGet(Duration.ofDays(1).toNanos());
        assertThat(begun(1, 5_000)).isEqualTo(EpochRate.AT_ONCE);
    }
}
