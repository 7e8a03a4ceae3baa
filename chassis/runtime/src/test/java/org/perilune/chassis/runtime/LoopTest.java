package org.perilune.chassis.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Periodic work outlives whatever it meets. */
class LoopTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    @Test
    void goesOnWhateverATurnThrowsAndSaysSo() {
        var turns = new AtomicInteger();
        try (Loop loop = Loop.start("test", () -> {
            int number = turns.incrementAndGet();
            if (number == 1) {
                throw new IllegalStateException("unexpected");
            }
            if (number == 2) {
                throw new StackOverflowError("deep");
            }
            return Duration.ofMillis(1);
        })) {
            await().atMost(TIMEOUT).until(() -> loop.problem().isPresent());
            await().atMost(TIMEOUT)
                    .until(() -> turns.get() > 3 && loop.problem().isEmpty());
        }
        assertThat(turns).hasValueGreaterThan(3);
    }

    @Test
    void beginsBehindItsGateAndIsClosedWithoutEverBeginning() {
        var gate = new CountDownLatch(1);
        var turns = new AtomicInteger();
        try (Loop behind = Loop.start("behind", gate::await, () -> {
            turns.incrementAndGet();
            return Duration.ofMillis(1);
        })) {
            try (Loop never = Loop.start("never", new CountDownLatch(1)::await, () -> {
                throw new AssertionError("It began");
            })) {
                assertThat(never.problem()).isEmpty();
            }
            assertThat(turns).hasValue(0);
            gate.countDown();
            await().atMost(TIMEOUT).until(() -> turns.get() > 1);
            assertThat(behind.problem()).isEmpty();
        }
    }
}
