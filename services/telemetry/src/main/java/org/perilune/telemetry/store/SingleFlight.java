package org.perilune.telemetry.store;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.runtime.ServiceException;

/**
 * Answers equal questions by one computation that begins after they were asked: a request joins the next computation
 * for its key, never the one under way. So every answer holds everything committed before its request, nothing needs to
 * be invalidated, and a key costs at most one computation at a time. Safe for threads.
 */
public final class SingleFlight<K, V> {
    private final ConcurrentHashMap<K, Round<V>> rounds = new ConcurrentHashMap<>();
    private final Function<K, V> computation;
    private final Duration timeout;

    /** @param timeout longest wait for others' computations */
    public SingleFlight(Function<K, V> computation, Duration timeout) {
        this.computation = computation;
        this.timeout = timeout;
    }

    private static final class Round<V> {
        private final CompletableFuture<V> answer = new CompletableFuture<>();
        private final @Nullable CompletableFuture<V> previous;
        private boolean closed; // read and written under the map's lock of the key

        private Round(@Nullable CompletableFuture<V> previous) {
            this.previous = previous;
        }
    }

    /** @throws RuntimeException what the computation threw, to all who wait for it */
    public V answer(K key) {
        var opened = new Opened<V>();
        Round<V> round = rounds.compute(key, (ignored, last) -> {
            if (last != null && !last.closed) {
                return last;
            }
            opened.round = new Round<>(last == null ? null : last.answer);
            return opened.round;
        });
        return opened.round == null ? await(round.answer) : lead(key, round);
    }

    private static final class Opened<V> {
        private @Nullable Round<V> round;
    }

    private V lead(K key, Round<V> round) {
        try {
            if (round.previous != null) {
                awaitQuietly(round.previous);
            }
        } finally {
            rounds.computeIfPresent(key, (ignored, current) -> {
                round.closed = true; // whoever asks from here on may miss what is computed now
                return current;
            });
        }
        try {
            V value = computation.apply(key);
            round.answer.complete(value);
            return value;
        } catch (Throwable failure) {
            round.answer.completeExceptionally(failure);
            throw failure;
        } finally {
            rounds.remove(key, round);
        }
    }

    private void awaitQuietly(CompletableFuture<V> previous) {
        try {
            previous.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException ignored) {
            // Whatever became of the one before, ours is computed anew.
        } catch (InterruptedException interruption) {
            Thread.currentThread().interrupt();
        }
    }

    private V await(CompletableFuture<V> answer) {
        try {
            return answer.get(2 * timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException failure) {
            if (failure.getCause() instanceof RuntimeException unchecked) {
                throw unchecked;
            }
            throw new IllegalStateException("A shared computation failed", failure.getCause());
        } catch (TimeoutException failure) {
            throw new ServiceException.Unavailable("The answer takes too long; try again shortly", failure);
        } catch (InterruptedException interruption) {
            Thread.currentThread().interrupt();
            throw new ServiceException.Unavailable("The service is stopping", interruption);
        }
    }
}
