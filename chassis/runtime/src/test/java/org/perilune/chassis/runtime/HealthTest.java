package org.perilune.chassis.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class HealthTest {
    private final Health health = new Health();

    @Test
    void looksOnceHoweverManyAsk() {
        var looks = new AtomicInteger();
        var release = new CountDownLatch(1);
        health.add("slow", () -> {
            looks.incrementAndGet();
            waitFor(release);
            return Optional.empty();
        });
        health.started();
        var answers = IntStream.range(0, 50)
                .mapToObj(number -> CompletableFuture.supplyAsync(health::report, Thread::startVirtualThread))
                .toList();
        await().until(() -> looks.get() == 1);
        release.countDown();
        answers.forEach(answer -> assertThat(answer.join().status()).isEqualTo("up"));
        // A few more where asking took longer than an answer stands for.
        assertThat(looks.get()).isLessThan(10);
    }

    @Test
    void looksAtEverythingAtTheSameTime() {
        var together = new CyclicBarrier(3);
        for (int check = 0; check < 3; check++) {
            health.add("check" + check, () -> {
                try {
                    together.await(2, TimeUnit.SECONDS);
                    return Optional.empty();
                } catch (Exception alone) {
                    return Optional.of("alone");
                }
            });
        }
        health.started();
        assertThat(health.report().status()).isEqualTo("up");
    }

    @Test
    void looksAgainSoon() {
        var problem = new java.util.concurrent.atomic.AtomicReference<>(Optional.of("away"));
        health.add("store", problem::get);
        health.started();
        assertThat(health.report().checks()).containsExactly(new Health.Result("store", "down", "away"));
        problem.set(Optional.empty());
        await().until(() -> health.report().status().equals("up"));
        health.stopping();
        assertThat(health.report().status()).isEqualTo("down");
    }

    @Test
    void saysOfACheckThatHangsThatItHangsAndOfOneThatFailsThatItFails() {
        var release = new CountDownLatch(1);
        var looks = new AtomicInteger();
        health.add("hangs", () -> {
            looks.incrementAndGet();
            waitFor(release);
            return Optional.empty();
        });
        health.add("fails", () -> {
            throw new IllegalStateException("a secret");
        });
        health.started();
        Health.Report report = health.report();
        assertThat(report.checks().getFirst().detail()).contains("does not answer");
        assertThat(report.checks().getLast().detail())
                .contains("IllegalStateException")
                .doesNotContain("secret");
        assertThat(looks.get()).isEqualTo(1);
        release.countDown();
        await().until(() -> health.report().checks().getFirst().state().equals("up"));
    }

    private static void waitFor(CountDownLatch latch) {
        try {
            assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
