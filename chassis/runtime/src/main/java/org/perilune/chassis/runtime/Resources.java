package org.perilune.chassis.runtime;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a service opened, closed in reverse. One failure stops nothing: the first is thrown, the rest are suppressed.
 * Nor does one that hangs: all of them together have one deadline, counted from when the listener has drained, which
 * has a bound of its own; who is not done by then is interrupted and left behind. Safe for threads; closing twice does
 * nothing.
 */
public final class Resources implements AutoCloseable {
    private static final Duration DEADLINE = Duration.ofSeconds(4);
    private static final Logger LOG = LoggerFactory.getLogger(Resources.class);

    private final Deque<AutoCloseable> opened = new ArrayDeque<>();
    private final Duration timeout;

    public Resources() {
        this(DEADLINE);
    }

    Resources(Duration timeout) {
        this.timeout = timeout;
    }

    public synchronized <T extends AutoCloseable> T add(T resource) {
        opened.push(resource);
        return resource;
    }

    /** Closes everything after a failed start; failures of closing are added to {@code failure}. */
    public void closeAfter(Throwable failure) {
        try {
            close();
        } catch (RuntimeException closing) {
            failure.addSuppressed(closing);
        }
    }

    @Override
    public void close() {
        RuntimeException first = null;
        long deadline = System.nanoTime() + timeout.toNanos();
        for (AutoCloseable resource = next(); resource != null; resource = next()) {
            try {
                if (resource instanceof Draining listener) {
                    listener.close();
                    deadline = System.nanoTime() + timeout.toNanos();
                } else {
                    closeBy(deadline, resource);
                }
            } catch (InterruptedException failure) {
                Thread.currentThread().interrupt();
                first = join(first, failure);
            } catch (Exception failure) {
                first = join(first, failure);
            }
        }
        if (first != null) {
            throw first;
        }
    }

    private static void closeBy(long deadline, AutoCloseable resource) throws Exception {
        var closed = new CompletableFuture<Void>();
        Thread closing = Threads.start("close", () -> {
            try {
                resource.close();
                closed.complete(null);
            } catch (Throwable failure) {
                closed.completeExceptionally(failure);
            }
        });
        try {
            closed.get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (TimeoutException late) {
            closing.interrupt();
            LOG.warn("A resource was not closed in time, and was left behind [resource: {}]", resource.getClass());
        } catch (ExecutionException failure) {
            switch (failure.getCause()) {
                case Exception exception -> throw exception;
                case Error error -> throw error;
                case null, default -> throw failure;
            }
        }
    }

    private synchronized @Nullable AutoCloseable next() {
        return opened.poll();
    }

    private static RuntimeException join(@Nullable RuntimeException first, Exception failure) {
        if (first == null) {
            return failure instanceof RuntimeException unchecked
                    ? unchecked
                    : new IllegalStateException("Could not close a resource", failure);
        }
        first.addSuppressed(failure);
        return first;
    }
}
