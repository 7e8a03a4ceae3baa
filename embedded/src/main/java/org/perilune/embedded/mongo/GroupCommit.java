package org.perilune.embedded.mongo;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;
import org.h2.mvstore.MVStore;

/**
 * Makes changes of an H2 store durable before they are acknowledged: whole commands only, and all that came in the
 * meantime with one write and one fsync. Left to itself H2 writes about once a second, and between any two steps of a
 * command. Safe for threads.
 */
final class GroupCommit {
    /** Between two looks at how much of the file is still in use. */
    private static final int COMMITS_A_CLEANING = 256;

    private static final int LEAST_FILL_PERCENT = 50;
    private static final int CLEANED_BYTES = 1 << 20;

    private final MVStore store;

    /** Shared by changes, alone for the commit: so no command is ever half on disk. */
    private final ReentrantReadWriteLock changing = new ReentrantReadWriteLock();

    private final AtomicLong changes = new AtomicLong();

    /** Held through the write on purpose: who waits for it is carried by the next one. */
    private final ReentrantLock committing = new ReentrantLock();

    private long durable;
    private int commits;
    private volatile boolean broken;

    GroupCommit(MVStore store) {
        this.store = store;
    }

    /** Neither durable nor to be acknowledged before {@link #await}. */
    <T> T change(Supplier<T> command) {
        Lock shared = changing.readLock();
        shared.lock();
        try {
            return command.get();
        } finally {
            changes.incrementAndGet();
            shared.unlock();
        }
    }

    /** Returns when all changes so far are on disk. */
    void await() {
        long wanted = changes.get();
        committing.lock();
        try {
            if (broken) {
                throw new IllegalStateException("The store could not be written; its answers cannot be trusted");
            }
            if (durable < wanted) {
                durable = commit();
            }
        } catch (Throwable failure) {
            broken = true;
            throw failure;
        } finally {
            committing.unlock();
        }
    }

    /** False from the first failed write on: what an fsync failed to write may never be written by the next. */
    boolean works() {
        return !broken && !store.isClosed();
    }

    private long commit() {
        long reached;
        Lock alone = changing.writeLock();
        alone.lock();
        try {
            reached = changes.get();
            store.commit();
            if (++commits % COMMITS_A_CLEANING == 0) {
                // On disk before the room of what it replaces is written to.
                store.sync();
                store.compact(LEAST_FILL_PERCENT, CLEANED_BYTES);
                store.commit();
            }
        } finally {
            alone.unlock();
        }
        store.sync();
        return reached;
    }
}
