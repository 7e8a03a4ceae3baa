package org.perilune.telemetry.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.perilune.chassis.runtime.ServiceException;

class SingleFlightTest {
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final Duration SHORT = Duration.ofMillis(50);

    private final AtomicInteger computations = new AtomicInteger();
    private final CountDownLatch release = new CountDownLatch(1);

    /** An answer on its way, and the thread that waits for it. */
    private record Asked(CompletableFuture<Integer> answer, Thread thread) {
        int get() throws Exception {
            return answer.get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private static Asked ask(SingleFlight<String, Integer> coalescer, String key) {
        var answer = new CompletableFuture<Integer>();
        Thread thread = Thread.ofPlatform().start(() -> {
            try {
                answer.complete(coalescer.answer(key));
            } catch (RuntimeException failure) {
                answer.completeExceptionally(failure);
            }
        });
        return new Asked(answer, thread);
    }

    private static void awaitWaiting(Asked asked) {
        await().atMost(LIMIT)
                .until(() -> asked.thread().getState() == Thread.State.TIMED_WAITING
                        || asked.thread().getState() == Thread.State.WAITING);
    }

    /** Counts; the first one for the key "slow" waits until it is let go. */
    private int compute(String key) {
        int number = computations.incrementAndGet();
        if (key.equals("slow") && number == 1) {
            awaitRelease();
        }
        return number;
    }

    private void awaitRelease() {
        try {
            assertThat(release.await(LONG.toMillis(), TimeUnit.MILLISECONDS)).isTrue();
        } catch (InterruptedException interruption) {
            Thread.currentThread().interrupt();
        }
    }

    @AfterEach
    void letGo() {
        release.countDown();
    }

    @Test
    void whoAsksDuringAComputationSharesTheNextOne() throws Exception {
        var coalescer = new SingleFlight<>(this::compute, LONG);
        Asked first = ask(coalescer, "slow");
        await().atMost(LIMIT).until(() -> computations.get() == 1);
        List<Asked> later = new ArrayList<>();
        for (int number = 0; number < 5; number++) {
            later.add(ask(coalescer, "slow"));
            awaitWaiting(later.getLast());
        }
        assertThat(computations).hasValue(1);
        release.countDown();
        assertThat(first.get()).isEqualTo(1);
        for (Asked asked : later) {
            assertThat(asked.get()).isEqualTo(2);
        }
        assertThat(computations).hasValue(2);
    }

    @Test
    void nothingIsKeptBetweenComputations() {
        var coalescer = new SingleFlight<>(this::compute, LONG);
        assertThat(coalescer.answer("quick")).isEqualTo(1);
        assertThat(coalescer.answer("quick")).isEqualTo(2);
    }

    @Test
    void keysDoNotWaitForOneAnother() throws Exception {
        var coalescer = new SingleFlight<>(this::compute, LONG);
        Asked slow = ask(coalescer, "slow");
        await().atMost(LIMIT).until(() -> computations.get() == 1);
        assertThat(ask(coalescer, "quick").get()).isEqualTo(2);
        assertThat(slow.answer()).isNotDone();
    }

    @Test
    void aFailureIsToldToAllThatWaitedAndThenForgotten() throws Exception {
        var coalescer = new SingleFlight<String, Integer>(
                key -> {
                    int number = compute(key);
                    if (number == 2) {
                        throw new ServiceException.NotFound("no " + key);
                    }
                    return number;
                },
                LONG);
        Asked first = ask(coalescer, "slow");
        await().atMost(LIMIT).until(() -> computations.get() == 1);
        Asked second = ask(coalescer, "slow");
        awaitWaiting(second);
        Asked third = ask(coalescer, "slow");
        awaitWaiting(third);
        release.countDown();
        assertThat(first.get()).isEqualTo(1);
        for (Asked failed : List.of(second, third)) {
            assertThatThrownBy(failed::get)
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(ServiceException.NotFound.class);
        }
        assertThat(coalescer.answer("slow")).isEqualTo(3);
    }

    @Test
    void aComputationThatHangsDoesNotHoldUpTheNextForEver() throws Exception {
        var coalescer = new SingleFlight<>(this::compute, SHORT);
        Asked hanging = ask(coalescer, "slow");
        await().atMost(LIMIT).until(() -> computations.get() == 1);
        assertThat(ask(coalescer, "slow").get()).isEqualTo(2);
        assertThat(hanging.answer()).isNotDone();
        assertThat(ask(coalescer, "slow").get()).isEqualTo(3);
    }

    @Test
    void whoWaitsInVainIsToldToTryAgain() throws Exception {
        var coalescer = new SingleFlight<String, Integer>(
                key -> {
                    computations.incrementAndGet();
                    awaitRelease();
                    return 0;
                },
                Duration.ofMillis(300));
        ask(coalescer, "key");
        await().atMost(LIMIT).until(() -> computations.get() == 1);
        Asked leader = ask(coalescer, "key");
        awaitWaiting(leader);
        assertThatThrownBy(ask(coalescer, "key")::get).hasCauseInstanceOf(ServiceException.Unavailable.class);
    }
}
