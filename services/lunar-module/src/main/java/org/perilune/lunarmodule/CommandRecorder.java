package org.perilune.lunarmodule;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jdbi.v3.core.JdbiException;
import org.perilune.chassis.Postgres;
import org.perilune.chassis.ServiceException;
import org.perilune.chassis.Threads;
import org.perilune.sdk.CommandEnd;
import org.perilune.sdk.CommandListener;
import org.perilune.sdk.DeviceCommand;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings what becomes of commands to the database, in the background: no command waits for it. While the database is
 * away it keeps the newest of each command, up to a bound; the device's own record on disk is what counts.
 */
final class CommandRecorder implements CommandListener, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CommandRecorder.class);
    private static final int MOST_UNWRITTEN = 10_000;
    private static final int BATCH = 500;
    private static final Duration RETRY = Duration.ofSeconds(1);
    private static final Duration CLOSE_WITHIN = Duration.ofSeconds(2);

    private final Postgres postgres;
    private final CommandStore store;
    private final Semaphore news = new Semaphore(0);
    private final LongAdder leftOut = new LongAdder();
    private final Thread thread;
    private volatile boolean closing;

    /** By id, the longest unwritten first. Its monitor guards it. */
    private final Map<String, ReceivedCommand> unwritten = new LinkedHashMap<>();

    private CommandRecorder(Postgres postgres, CommandStore store) {
        this.postgres = postgres;
        this.store = store;
        this.thread = Threads.start("lunar-module-commands", this::run);
    }

    static CommandRecorder start(Postgres postgres, CommandStore store) {
        return new CommandRecorder(postgres, store);
    }

    @Override
    public void received(DeviceCommand command, Instant at) {
        put(ReceivedCommand.received(command, at));
    }

    @Override
    public void began(DeviceCommand command, Instant at) {
        put(ReceivedCommand.began(command, at));
    }

    @Override
    public void ended(DeviceCommand command, CommandEnd end) {
        put(ReceivedCommand.ended(command, end));
    }

    /** How many commands the database does not have as they are. */
    int unwritten() {
        synchronized (unwritten) {
            return unwritten.size();
        }
    }

    /** How many were given up for want of room. */
    long leftOut() {
        return leftOut.sum();
    }

    private void put(ReceivedCommand command) {
        synchronized (unwritten) {
            if (unwritten.size() >= MOST_UNWRITTEN && !unwritten.containsKey(command.id())) {
                leftOut.increment();
                return;
            }
            unwritten.merge(command.id(), command, (before, after) -> after.after(before));
        }
        news.release();
    }

    private void run() {
        try {
            postgres.awaitMigrated();
            while (!closing) {
                news.acquire();
                news.drainPermits();
                while (!write() && !closing) {
                    boolean _ = news.tryAcquire(RETRY.toNanos(), TimeUnit.NANOSECONDS);
                }
            }
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        }
    }

    /** False if the database is away. */
    private boolean write() {
        for (List<ReceivedCommand> batch = batch(); !batch.isEmpty(); batch = batch()) {
            try {
                store.write(batch);
            } catch (ServiceException.Unavailable away) {
                LOG.warn("Commands cannot be recorded in the database yet; trying again", away);
                return false;
            } catch (JdbiException failure) {
                LOG.error(
                        "Commands cannot be recorded [first: {}]",
                        batch.getFirst().id(),
                        failure);
                leftOut.add(batch.size());
            }
            written(batch);
        }
        return true;
    }

    private List<ReceivedCommand> batch() {
        synchronized (unwritten) {
            return new ArrayList<>(unwritten.values().stream().limit(BATCH).toList());
        }
    }

    private void written(List<ReceivedCommand> batch) {
        synchronized (unwritten) {
            // What came meanwhile is another value, and stays.
            batch.forEach(command -> unwritten.remove(command.id(), command));
        }
    }

    /** Writes what there is, if that does not take long. Close the device before. */
    @Override
    public void close() {
        closing = true;
        news.release();
        try {
            if (!thread.join(CLOSE_WITHIN)) {
                thread.interrupt();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
