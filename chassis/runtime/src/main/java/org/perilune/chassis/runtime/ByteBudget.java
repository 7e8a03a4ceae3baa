package org.perilune.chassis.runtime;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * How many bytes of one kind may be held in memory at once, by everybody together. What is counted in pieces instead
 * (messages, entries, requests) is as large as its sender likes.
 *
 * <p>Whoever wants to hold bytes takes a {@link Lease} of them first, waits for it no longer than it says, and closes
 * it when it lets go of them. Who came first is served first, so a large lease is not passed over by small ones for
 * ever. More than the whole budget counts as the whole: it comes alone instead of never. A lease is taken once for all
 * that it is needed for; holders of one that wait for a second may wait for each other. Safe for threads.
 *
 * <p>Meters, tagged with the budget's name: {@code memory.budget.held}, {@code memory.budget} and
 * {@code memory.budget.refused}, the leases that were not to be had in time.
 */
public final class ByteBudget {
    private final int capacity;
    private final Semaphore free;
    private final Counter refused;

    private ByteBudget(int capacity, Semaphore free, Counter refused) {
        this.capacity = capacity;
        this.free = free;
        this.refused = refused;
    }

    /**
     * @param name what the bytes are, in lower case with dashes, such as {@code request-bodies}
     * @param capacity bytes; positive
     */
    public static ByteBudget of(String name, int capacity, MeterRegistry meters) {
        if (capacity <= 0) {
            throw new IllegalArgumentException("A budget must have bytes to give [name: " + name + "]");
        }
        var free = new Semaphore(capacity, true);
        Gauge.builder("memory.budget.held", free, left -> capacity - left.availablePermits())
                .tag("budget", name)
                .baseUnit("bytes")
                .register(meters);
        Gauge.builder("memory.budget", () -> capacity)
                .tag("budget", name)
                .baseUnit("bytes")
                .register(meters);
        var refused = Counter.builder("memory.budget.refused")
                .tag("budget", name)
                .description("Leases that were not to be had in time")
                .register(meters);
        return new ByteBudget(capacity, free, refused);
    }

    /** Bytes that may be held until it is closed. Closing it again does nothing. Safe for threads. */
    public final class Lease implements AutoCloseable {
        private final int bytes;
        private final AtomicBoolean closed = new AtomicBoolean();

        private Lease(int bytes) {
            this.bytes = bytes;
        }

        @Override
        public void close() {
            if (closed.compareAndSet(false, true)) {
                free.release(bytes);
            }
        }
    }

    /**
     * Waits for so many bytes.
     *
     * @param timeout how long; with zero it asks once and does not wait
     * @return empty, and counted, if they are still held by others then
     */
    public Optional<Lease> acquire(long bytes, Duration timeout) throws InterruptedException {
        int counted = Math.clamp(bytes, 0, capacity);
        if (free.tryAcquire(counted, timeout.toNanos(), TimeUnit.NANOSECONDS)) {
            return Optional.of(new Lease(counted));
        }
        refused.increment();
        return Optional.empty();
    }

    /** Bytes that are held now. */
    public int held() {
        return capacity - free.availablePermits();
    }

    public int capacity() {
        return capacity;
    }
}
