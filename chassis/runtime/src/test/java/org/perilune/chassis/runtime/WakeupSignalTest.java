package org.perilune.chassis.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class WakeupSignalTest {
    private static final Duration LONG = Duration.ofMinutes(5);

    private final WakeupSignal signal = new WakeupSignal();

    @Test
    void whatIsRaisedBeforeSomebodyWaitsIsNotLost() throws Exception {
        signal.raise();
        signal.raise();
        signal.await(LONG);
        var woken = new CountDownLatch(1);
        Thread waiting = Threads.start("waiting", () -> {
            wait(LONG);
            woken.countDown();
        });
        await().until(() -> waiting.getState() == Thread.State.TIMED_WAITING);
        assertThat(woken.getCount()).as("both were taken at once").isOne();
        signal.raise();
        woken.await();
    }

    @Test
    void wakesEverybodyWhoHasNotSeenIt() {
        var woken = new AtomicInteger();
        long seen = signal.count();
        for (int i = 0; i < 3; i++) {
            Threads.start("waiting-" + i, () -> {
                waitAfter(seen);
                woken.incrementAndGet();
            });
        }
        signal.raise();
        await().until(() -> woken.get() == 3);
    }

    @Test
    void endsWaitingWhenItIsClosed() throws Exception {
        Thread waiting = Threads.start("waiting", () -> waitAfter(signal.count()));
        signal.close();
        waiting.join();
        signal.await(LONG);
        assertThat(signal.isClosed()).isTrue();
    }

    private void wait(Duration longest) {
        try {
            signal.await(longest);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void waitAfter(long seen) {
        try {
            signal.await(seen, LONG);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
