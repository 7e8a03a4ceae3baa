package org.perilune.timeline.launch;

import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.perilune.chassis.runtime.Loop;
import org.perilune.chassis.runtime.ServiceException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is done every so often by the copy that holds the lease. One thread. */
public final class Maintenance implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Maintenance.class);
    private static final Duration TICK = Duration.ofMillis(250);

    private final Lease lease;
    private final Supplier<Boolean> loaded;
    private final List<Chore> chores;
    private final Loop loop;

    /** One of the things to do; failures are logged and do no harm. Not safe for threads. */
    public static final class Chore {
        private final String name;
        private final long everyNanos;
        private final Runnable task;
        private long nextNanos = System.nanoTime();

        public Chore(String name, Duration every, Runnable task) {
            this.name = name;
            this.everyNanos = every.toNanos();
            this.task = task;
        }
    }

    public Maintenance(Lease lease, Supplier<Boolean> loaded, List<Chore> chores) {
        this.lease = lease;
        this.loaded = loaded;
        this.chores = List.copyOf(chores);
        this.loop = Loop.start("timeline-maintenance", this::turn);
    }

    private Duration turn() {
        if (lease.isHeld() && loaded.get()) {
            chores.forEach(Maintenance::turn);
        }
        return TICK;
    }

    private static void turn(Chore chore) {
        if (System.nanoTime() - chore.nextNanos < 0) {
            return;
        }
        chore.nextNanos = System.nanoTime() + chore.everyNanos;
        try {
            chore.task.run();
        } catch (ServiceException refused) {
            LOG.info("{} waits: {}", chore.name, refused.getMessage());
        } catch (RuntimeException failure) {
            LOG.error("{} failed; it is tried again", chore.name, failure);
        }
    }

    @Override
    public void close() {
        loop.close();
    }
}
