package org.perilune.sdk.link;

import java.time.Duration;
import java.util.Random;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;
import org.perilune.contracts.v1.Connect;
import org.perilune.sdk.journal.Journal;
import org.perilune.sdk.journal.JournalAccessException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one thread that keeps a device connected while that is wanted. What goes over a connection is its traffic's. */
public final class DeviceLink implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DeviceLink.class);
    /** The bits of an epoch that count starts; sessions put their own count below. */
    private static final long START_COUNT = 0xFFFF_FFFF_0000_0000L;

    private final LinkConfig config;
    private final Journal journal;
    private final LinkCommands commands;
    private final LinkState state;
    private final Backoff backoff;
    private final Thread thread;

    /** The link's thread's own. */
    private long attempts;

    /** Guarded by the state's lock. */
    private long connections;

    private @Nullable LinkTraffic current;
    private @Nullable String lastFailure;

    public DeviceLink(LinkConfig config, LongFunction<Connect> description, Journal journal, LinkCommands commands) {
        this.config = config;
        this.journal = journal;
        this.commands = commands;
        this.state = new LinkState(description);
        this.backoff = new Backoff(config.backoffMin(), config.backoffMax(), new Random());
        this.thread = Thread.ofVirtual().name("device-" + config.name()).unstarted(this::run);
        journal.onChange(state::signal);
        commands.outbox().onPut(state::signal);
    }

    public void start() {
        thread.start();
    }

    public void describe(LongFunction<Connect> next) {
        state.describe(next);
    }

    public void want(boolean link) {
        state.want(link);
    }

    private void run() {
        while (state.awaitWanted()) {
            try {
                connectAndServe();
            } catch (LinkException failure) {
                note("The broker cannot be reached", failure.getMessage());
            } catch (JournalAccessException failure) {
                LOG.error("The journal cannot be read; trying again [device: {}]", config.name(), failure);
                note("The journal cannot be read", failure.getMessage());
            }
            state.change(() -> current = null);
            if (state.pause(pause())) {
                resetBackoff();
            }
        }
    }

    private void connectAndServe() throws LinkException {
        var traffic = new LinkTraffic(config, journal, commands, state, this::resetBackoff);
        long session = nextSession();
        var link = MqttLink.open(config, session, traffic);
        state.change(() -> {
            current = traffic;
            connections++;
            lastFailure = null;
        });
        state.announce();
        LOG.info("Connected [device: {}, session: {}]", config.name(), session);
        @Nullable String lost = traffic.serve(link, session);
        state.change(() -> lastFailure = lost);
    }

    /** Greater than every earlier one, in this start and in those before. */
    private long nextSession() {
        attempts++;
        return (journal.epoch() & START_COUNT) | attempts;
    }

    private long pause() {
        state.lock();
        try {
            return backoff.next().toNanos();
        } finally {
            state.unlock();
        }
    }

    private void resetBackoff() {
        state.lock();
        try {
            backoff.reset();
        } finally {
            state.unlock();
        }
    }

    private void note(String what, @Nullable String reason) {
        String sentence = what + ": " + reason;
        state.lock();
        try {
            if (sentence.equals(lastFailure)) {
                return;
            }
            lastFailure = sentence;
        } finally {
            state.unlock();
        }
        LOG.warn("{}; trying again [device: {}, broker: {}:{}]", sentence, config.name(), config.host(), config.port());
    }

    /** Waits until nothing in the journal is unsettled. */
    public boolean awaitSettled(Duration within) throws InterruptedException {
        long until = System.nanoTime() + within.toNanos();
        state.lock();
        try {
            while (journal.unsettledFrames() > 0) {
                long left = until - System.nanoTime();
                if (left <= 0) {
                    return false;
                }
                state.awaitChangeInterruptibly(left);
            }
            return true;
        } finally {
            state.unlock();
        }
    }

    public LinkStatus status() {
        state.lock();
        try {
            return new LinkStatus(
                    current != null && current.lost() == null,
                    state.wanted(),
                    Math.max(0, connections - 1),
                    lastFailure);
        } finally {
            state.unlock();
        }
    }

    @Override
    public void close() {
        state.close();
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException later) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
