package org.perilune.chassis.runtime;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * So many requests a second for each key, and some more at once, by the generic cell rate algorithm
 * (https://en.wikipedia.org/wiki/Generic_cell_rate_algorithm): one number a key. Keys must be short. Safe for threads.
 */
public final class RateLimiter {
    /** Forgetting one of more only gives it its burst again. */
    private static final int KEYS = 10_000;

    private final Cache<String, AtomicLong> due =
            Caffeine.newBuilder().maximumSize(KEYS).build();
    private final long interval;
    private final long tolerance;
    private final LongSupplier nanos;

    /** @param burst how many may come at once after a pause */
    public RateLimiter(int perSecond, int burst, LongSupplier nanos) {
        this.interval = Duration.ofSeconds(1).toNanos() / perSecond;
        this.tolerance = interval * burst;
        this.nanos = nanos;
    }

    /** Counts one; empty if it may go on, else how long to wait before the next try, and it is not counted. */
    public Optional<Duration> charge(String key) {
        long now = nanos.getAsLong();
        AtomicLong next = due.get(key, ignored -> new AtomicLong(now));
        while (true) {
            long known = next.get();
            long counted = (known - now > 0 ? known : now) + interval;
            long early = counted - now - tolerance;
            if (early > 0) {
                return Optional.of(Duration.ofNanos(early));
            }
            if (next.compareAndSet(known, counted)) {
                return Optional.empty();
            }
        }
    }
}
