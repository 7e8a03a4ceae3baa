package org.perilune.sdk.link;

import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.perilune.contracts.v1.Ack;

/**
 * What is to be acknowledged, in order. Of one command only the newest is kept: while the link is slow, "received" gives
 * way to "completed". Filled anew from the log after every connect, so that it need not outlive a connection.
 */
public final class AckOutbox {
    private final ReentrantLock lock = new ReentrantLock();
    private final SequencedMap<String, Ack> waiting = new LinkedHashMap<>();
    private Runnable listener = () -> {};

    /** What runs when there is something to send; it must be quick. Set before the first {@link #put}. */
    void onPut(Runnable runnable) {
        listener = runnable;
    }

    public void put(Ack ack) {
        lock.lock();
        try {
            // Filling from the log may come with an older stage than has just been put.
            waiting.merge(ack.getId(), ack, (old, next) -> next.getStageValue() >= old.getStageValue() ? next : old);
        } finally {
            lock.unlock();
        }
        listener.run();
    }

    public boolean isEmpty() {
        lock.lock();
        try {
            return waiting.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    @Nullable
    public Ack take() {
        lock.lock();
        try {
            var oldest = waiting.pollFirstEntry();
            return oldest == null ? null : oldest.getValue();
        } finally {
            lock.unlock();
        }
    }

    public void clear() {
        lock.lock();
        try {
            waiting.clear();
        } finally {
            lock.unlock();
        }
    }
}
