package org.perilune.chassis.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class ByteBudgetTest {
    private static final Duration LONG = Duration.ofSeconds(10);

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final ByteBudget budget = ByteBudget.of("test", 100, meters);

    @Test
    void givesNoMoreBytesThanThereAre() throws Exception {
        try (var first = budget.acquire(60, Duration.ZERO).orElseThrow()) {
            assertThat(first).isNotNull();
            assertThat(budget.acquire(41, Duration.ZERO)).isEmpty();
            assertThat(budget.acquire(40, Duration.ZERO)).isPresent();
            assertThat(budget.held()).isEqualTo(100);
            assertThat(meters.get("memory.budget.held").gauge().value()).isEqualTo(100);
            assertThat(meters.get("memory.budget.refused").counter().count()).isEqualTo(1);
        }
        assertThat(budget.held()).isEqualTo(40);
        assertThat(meters.get("memory.budget").gauge().value()).isEqualTo(100);
    }

    @Test
    void waitsForBytesThatOthersLetGoOf() throws Exception {
        ByteBudget.Lease held = budget.acquire(100, Duration.ZERO).orElseThrow();
        CompletableFuture<Optional<ByteBudget.Lease>> waiting = later(50);
        await().until(() -> !waiting.isDone());
        held.close();
        assertThat(waiting.get()).isPresent();
    }

    @Test
    void doesNotPassOverALargeLeaseForSmallOnes() throws Exception {
        ByteBudget.Lease held = budget.acquire(50, Duration.ZERO).orElseThrow();
        CompletableFuture<Optional<ByteBudget.Lease>> large = later(100);
        // The small one finds room at once until the large one stands in the queue before it.
        await().until(() -> {
            Optional<ByteBudget.Lease> small = budget.acquire(1, Duration.ofMillis(1));
            small.ifPresent(ByteBudget.Lease::close);
            return small.isEmpty();
        });
        held.close();
        assertThat(large.get()).isPresent();
    }

    @Test
    void countsMoreThanTheWholeAsTheWhole() throws Exception {
        try (var all = budget.acquire(Long.MAX_VALUE, Duration.ZERO).orElseThrow()) {
            assertThat(all).isNotNull();
            assertThat(budget.held()).isEqualTo(budget.capacity());
        }
        assertThat(budget.held()).isZero();
    }

    @Test
    void takesBackALeaseOnce() throws Exception {
        ByteBudget.Lease lease = budget.acquire(10, Duration.ZERO).orElseThrow();
        lease.close();
        lease.close();
        assertThat(budget.held()).isZero();
    }

    @Test
    void isNotMadeWithoutBytes() {
        assertThatThrownBy(() -> ByteBudget.of("none", 0, meters)).isInstanceOf(IllegalArgumentException.class);
    }

    private CompletableFuture<Optional<ByteBudget.Lease>> later(int bytes) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return budget.acquire(bytes, LONG);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                return Optional.empty();
            }
        });
    }
}
