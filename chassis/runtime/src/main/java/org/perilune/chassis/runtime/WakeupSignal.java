package org.perilune.chassis.runtime;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Wakes threads that wait for work. What is raised while nobody waits is not lost; raised often, it wakes once. Safe for
 * threads.
 */
public final class WakeupSignal implements AutoCloseable {
    private static final Duration FOREVER = Duration.ofNanos(Long.MAX_VALUE);

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private long raised;
    private long taken;
    private boolean closed;

    public void raise() {
        lock.lock();
        try {
            raised++;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** How often it was raised, for {@link #await(long, Duration)}. */
    public long count() {
        lock.lock();
        try {
            return raised;
        } finally {
            lock.unlock();
        }
    }

    /**
     * For many that wait: returns when it was raised more often than was seen, or it is closed, or after so long.
     *
     * @param seen a {@link #count} from before the last look for work
     */
    public void await(long seen, Duration longest) throws InterruptedException {
        lock.lock();
        try {
            long left = longest.toNanos();
            while (raised == seen && !closed && left > 0) {
                left = changed.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    /** For the only one that waits: returns when it was raised since the last time, or it is closed, or after so long. */
    public void await(Duration longest) throws InterruptedException {
        lock.lock();
        try {
            long left = longest.toNanos();
            while (raised == taken && !closed && left > 0) {
                left = changed.awaitNanos(left);
            }
            taken = raised;
        } finally {
            lock.unlock();
        }
    }

    /** The same, however long it takes. */
    public void await() throws InterruptedException {
        await(FOREVER);
    }

    public boolean isClosed() {
        lock.lock();
        try {
            return closed;
        } finally {
            lock.unlock();
        }
    }

    /** Ends what waits, and lets nobody wait again. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
