package org.perilune.chassis.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RateLimiterTest {
    private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 1_000_000);
    private final RateLimiter limiter = new RateLimiter(10, 3, now::get);

    @Test
    void letsABurstThroughAndThenTheRate() {
        for (int request = 0; request < 3; request++) {
            assertThat(limiter.charge("a")).isEmpty();
        }
        assertThat(limiter.charge("a")).contains(Duration.ofMillis(100));
        assertThat(limiter.charge("b")).isEmpty();
        now.addAndGet(Duration.ofMillis(100).toNanos());
        assertThat(limiter.charge("a")).isEmpty();
        assertThat(limiter.charge("a")).isPresent();
        now.addAndGet(Duration.ofHours(1).toNanos());
        for (int request = 0; request < 3; request++) {
            assertThat(limiter.charge("a")).isEmpty();
        }
        assertThat(limiter.charge("a")).isPresent();
    }
}
