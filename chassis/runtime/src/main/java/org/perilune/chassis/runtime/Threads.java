package org.perilune.chassis.runtime;

import java.time.Duration;
import java.util.concurrent.ThreadFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one factory of threads: named, and what they let escape is logged. */
public final class Threads {
    private static final Logger LOG = LoggerFactory.getLogger(Threads.class);

    private Threads() {}

    /** Starts a virtual thread. */
    public static Thread start(String name, Runnable task) {
        return Thread.ofVirtual()
                .name(name)
                .uncaughtExceptionHandler(Threads::escaped)
                .start(task);
    }

    public static ThreadFactory factory(String prefix) {
        return Thread.ofVirtual()
                .name(prefix + "-", 0)
                .uncaughtExceptionHandler(Threads::escaped)
                .factory();
    }

    /**
     * A platform thread, for loops that spin through native calls or much computing and would hold a carrier. Daemon.
     */
    public static Thread startPlatform(String name, Runnable task) {
        return Thread.ofPlatform()
                .name(name)
                .daemon()
                .uncaughtExceptionHandler(Threads::escaped)
                .start(task);
    }

    /** Waits for a thread that was told to end, and interrupts it when that takes longer. */
    public static void stop(Thread thread, Duration timeout) {
        try {
            if (!thread.join(timeout)) {
                thread.interrupt();
            }
        } catch (InterruptedException interruption) {
            thread.interrupt();
            Thread.currentThread().interrupt();
        }
    }

    private static void escaped(Thread thread, Throwable failure) {
        LOG.error("A thread ended by an exception [thread: {}]", thread.getName(), failure);
    }
}
