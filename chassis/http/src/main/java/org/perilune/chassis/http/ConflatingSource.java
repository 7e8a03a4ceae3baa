package org.perilune.chassis.http;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What one follower of a stream is still to be told, in bounded memory: whoever offers adds to it, the stream's writer
 * takes from it. What falls behind is conflated, as the kind of stream allows. Safe for threads.
 */
public abstract class ConflatingSource implements ServerSentEvents.Source {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition something = lock.newCondition();
    private boolean ended;

    /** Whether nothing waits. Called by the holder of the lock. */
    protected abstract boolean isIdle();

    /**
     * Takes what waits, or the first part of it. Called by the holder of the lock, where something does.
     *
     * @param behind the follower reads more slowly than it is told
     * @return whole events
     */
    protected abstract byte[] take(boolean behind);

    /**
     * Adds to what waits, with the lock held.
     *
     * @param addition ends the stream by {@link #end} where the follower is too far behind
     */
    protected final void add(Runnable addition) {
        lock.lock();
        try {
            addition.run();
            if (ended || !isIdle()) {
                something.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public final void end() {
        add(() -> ended = true);
    }

    @Override
    public final boolean hasEnded() {
        lock.lock();
        try {
            return ended;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public final Optional<byte[]> next(Duration timeout, boolean behind) throws InterruptedException {
        lock.lock();
        try {
            long left = timeout.toNanos();
            while (isIdle() && !ended && left > 0) {
                left = something.awaitNanos(left);
            }
            return ended || isIdle() ? Optional.empty() : Optional.of(take(behind));
        } finally {
            lock.unlock();
        }
    }
}
