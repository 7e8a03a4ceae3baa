package org.perilune.console.upstream;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What every page shows, asked for once in two seconds whatever number of pages is open. Only for what every role may
 * see. Safe for threads.
 */
public final class Shared<T> {
    static final Duration FRESH = Duration.ofSeconds(2);

    private final Function<String, T> source;
    private final Clock clock;
    private final AtomicReference<@Nullable Reading<T>> latest = new AtomicReference<>();

    private static final class Reading<T> {
        private final Instant asked;
        private final CompletableFuture<T> answer = new CompletableFuture<>();

        private Reading(Instant asked) {
            this.asked = asked;
        }
    }

    /** @param source asks, with the token it is given */
    public Shared(Function<String, T> source, Clock clock) {
        this.source = source;
        this.clock = clock;
    }

    /**
     * Up to two seconds old. Throws what the source throws.
     *
     * @param token of somebody who is known to be logged in
     */
    public T recent(String token) {
        Instant now = clock.instant();
        var mine = new Reading<T>(now);
        Reading<T> current = latest.accumulateAndGet(
                mine, (last, next) -> last != null && now.isBefore(last.asked.plus(FRESH)) ? last : next);
        if (current == null || current == mine) {
            return read(mine, token);
        }
        try {
            return current.answer.join();
        } catch (CancellationException failed) {
            // Whoever asked first may have had a token that ended.
            return now(token);
        }
    }

    public T now(String token) {
        return source.apply(token);
    }

    private T read(Reading<T> mine, String token) {
        try {
            T answer = now(token);
            mine.answer.complete(answer);
            return answer;
        } finally {
            // Does nothing to an answer that is there.
            if (mine.answer.cancel(false)) {
                latest.compareAndSet(mine, null);
            }
        }
    }
}
