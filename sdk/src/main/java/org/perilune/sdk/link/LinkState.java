package org.perilune.sdk.link;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongFunction;
import org.perilune.contracts.v1.Connect;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is wanted of a link, and who waits for that or anything else to change. Safe for use by several threads. */
final class LinkState {
    private static final Logger LOG = LoggerFactory.getLogger(LinkState.class);

    /** Guards what follows and what belongs to a connection; never held across input or output. */
    private final ReentrantLock lock = new ReentrantLock();

    private final Condition changed = lock.newCondition();
    private LongFunction<Connect> description;
    private boolean wanted = true;
    private boolean closing;
    private boolean announce;
    private boolean hurry;
    private long settlements;

    /** @param description what the device says of itself, by session */
    LinkState(LongFunction<Connect> description) {
        this.description = description;
    }

    void lock() {
        lock.lock();
    }

    void unlock() {
        lock.unlock();
    }

    void signal() {
        change(() -> {});
    }

    void change(Runnable change) {
        lock.lock();
        try {
            change.run();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** With the lock; returns sooner or later, so that its caller looks again. */
    @SuppressWarnings("WaitNotInLoop") // every caller loops
    void awaitChange(long nanos) {
        try {
            long left = changed.awaitNanos(Math.max(nanos, TimeUnit.MILLISECONDS.toNanos(1)));
            LOG.trace("Woke [left: {} ns]", left);
        } catch (InterruptedException unexpected) {
            // Nobody has the link's thread to interrupt it.
            LOG.debug("Interrupted", unexpected);
        }
    }

    /** As {@link #awaitChange}, for threads of others. */
    @SuppressWarnings("WaitNotInLoop") // every caller loops
    void awaitChangeInterruptibly(long nanos) throws InterruptedException {
        long left = changed.awaitNanos(nanos);
        LOG.trace("Woke [left: {} ns]", left);
    }

    void describe(LongFunction<Connect> next) {
        change(() -> {
            description = next;
            announce = true;
        });
    }

    void want(boolean link) {
        change(() -> {
            wanted = link;
            hurry = link;
        });
    }

    void close() {
        change(() -> closing = true);
    }

    void settled() {
        change(() -> settlements++);
    }

    /** The ground is to be told what the device is. */
    void announce() {
        change(() -> announce = true);
    }

    /** How often the ground has said that frames are stored, as {@link #settlements} for who has not the lock. */
    long settlementsNow() {
        lock.lock();
        try {
            return settlements;
        } finally {
            lock.unlock();
        }
    }

    /** False when the device is closed. */
    boolean awaitWanted() {
        lock.lock();
        try {
            while (!closing && !wanted) {
                changed.awaitUninterruptibly();
            }
            return !closing;
        } finally {
            lock.unlock();
        }
    }

    /** With the lock. */
    boolean wanted() {
        return wanted;
    }

    /** With the lock: whether there is to be a connection. */
    boolean holds() {
        return wanted && !closing;
    }

    /** With the lock: whether something new is to be said of the device. */
    boolean announces() {
        return announce;
    }

    /** With the lock: how often the ground has said that frames are stored. */
    long settlements() {
        return settlements;
    }

    Connect announcement(long session) {
        lock.lock();
        try {
            announce = false;
            return description.apply(session);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits; ends early when the link is wanted anew or the device closes.
     *
     * @return whether the link was wanted anew
     */
    boolean pause(long nanos) {
        lock.lock();
        try {
            long until = System.nanoTime() + nanos;
            while (holds() && !hurry && until - System.nanoTime() > 0) {
                awaitChange(until - System.nanoTime());
            }
            boolean hurried = hurry;
            hurry = false;
            return hurried;
        } finally {
            lock.unlock();
        }
    }
}
