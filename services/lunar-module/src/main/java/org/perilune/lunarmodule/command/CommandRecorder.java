package org.perilune.lunarmodule.command;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.postgres.Postgres;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.chassis.runtime.Threads;
import org.perilune.chassis.runtime.WakeupSignal;
import org.perilune.contracts.v1.Stage;
import org.perilune.sdk.CommandEnd;
import org.perilune.sdk.CommandListener;
import org.perilune.sdk.DeviceCommand;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings what becomes of commands to the database, in the background: no command waits for it. While the database is
 * away it keeps the newest of each command, up to a bound; the device's own record on disk is what counts.
 */
public final class CommandRecorder implements CommandListener, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CommandRecorder.class);
    private static final int MOST_UNWRITTEN = 10_000;
    private static final int BATCH = 500;
    private static final Duration RETRY = Duration.ofSeconds(1);
    private static final Duration CLOSE_WITHIN = Duration.ofSeconds(2);

    /** After it no device's record is sure to know a command that has expired. */
    private static final Duration REMEMBERED = Duration.ofHours(24);

    private final Postgres postgres;
    private final CommandStore store;
    private final Clock clock;
    private final WakeupSignal news = new WakeupSignal();
    private final LongAdder leftOut = new LongAdder();
    private final Thread thread;
    private volatile boolean closing;

    /** By id, the longest unwritten first. Its monitor guards it. */
    private final Map<String, ReceivedCommand> unwritten = new LinkedHashMap<>();

    private volatile Runnable onEnd = () -> {};

    /** Null: nothing is left to be looked up. */
    private volatile @Nullable Function<String, Optional<CommandEnd>> record;

    private CommandRecorder(Postgres postgres, CommandStore store, Clock clock) {
        this.postgres = postgres;
        this.store = store;
        this.clock = clock;
        this.thread = Threads.start("lunar-module-commands", this::run);
    }

    public static CommandRecorder start(Postgres postgres, CommandStore store, Clock clock) {
        return new CommandRecorder(postgres, store, clock);
    }

    /** Brings in, once, the ends that an earlier run did not live to write, from the device's own record. */
    public void catchUp(Function<String, Optional<CommandEnd>> endOf) {
        record = endOf;
        news.raise();
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
        onEnd.run();
    }

    /** Is called after each end of a command, and must return at once. */
    public void onEnd(Runnable follower) {
        onEnd = follower;
    }

    /** How many commands the database does not have as they are. */
    public int unwritten() {
        synchronized (unwritten) {
            return unwritten.size();
        }
    }

    /** How many were given up for want of room. */
    public long leftOut() {
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
        news.raise();
    }

    private void run() {
        try {
            postgres.awaitMigrated();
            while (!closing) {
                news.await();
                while (!write() && !closing) {
                    news.await(RETRY);
                }
            }
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        }
    }

    /** False if the database is away. */
    private boolean write() {
        try {
            lookUp();
            for (List<ReceivedCommand> batch = batch(); !batch.isEmpty(); batch = batch()) {
                write(batch);
                written(batch);
            }
            return true;
        } catch (ServiceException.Unavailable away) {
            LOG.warn("Commands cannot be recorded in the database yet; trying again", away);
            return false;
        } catch (RuntimeException failure) {
            LOG.error("Commands could not be recorded; trying again", failure);
            return false;
        }
    }

    private void lookUp() {
        var endOf = record;
        if (endOf == null) {
            return;
        }
        var forgotten = new CommandEnd(
                Stage.STAGE_UNKNOWN, "The device does not know any more how it ended", Map.of(), clock.instant());
        Instant longAgo = clock.instant().minus(REMEMBERED);
        for (ReceivedCommand command : store.open()) {
            endOf.apply(command.id())
                    .or(() -> command.expiresAt().isBefore(longAgo) ? Optional.of(forgotten) : Optional.empty())
                    .ifPresent(end -> put(command.with(end)));
        }
        record = null;
    }

    private void write(List<ReceivedCommand> batch) {
        try {
            store.write(batch);
        } catch (JdbiException failure) {
            if (batch.size() > 1) {
                // One that cannot be kept must not take the others with it.
                batch.forEach(command -> write(List.of(command)));
                return;
            }
            LOG.error("A command cannot be recorded [id: {}]", batch.getFirst().id(), failure);
            leftOut.increment();
        }
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
        news.raise();
        try {
            if (!thread.join(CLOSE_WITHIN)) {
                thread.interrupt();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
