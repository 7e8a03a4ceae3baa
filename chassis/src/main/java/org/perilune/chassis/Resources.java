package org.perilune.chassis;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * What a service opened, closed in reverse. One failure stops nothing: the first is thrown, the rest are suppressed.
 * Safe for threads; closing twice does nothing.
 */
public final class Resources implements AutoCloseable {
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();

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
        for (AutoCloseable resource = next(); resource != null; resource = next()) {
            try {
                resource.close();
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
