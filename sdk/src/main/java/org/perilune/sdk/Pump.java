package org.perilune.sdk;

import com.google.protobuf.InvalidProtocolBufferException;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.perilune.contracts.Topics;
import org.perilune.contracts.v1.Ack;
import org.perilune.contracts.v1.Stored;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that keeps a device connected and sends its journal, oldest frames first.
 *
 * <p>A PUBACK says that the ground took a message, not that its frames are stored: frames leave the journal only when
 * the ground says so. So every connection begins with the oldest frame that is not settled, and when nothing is settled
 * for a while, sending begins there again; the ground recognises what it has already.
 */
final class Pump implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Pump.class);
    /** The bits of an epoch that count starts; sessions put their own count below. */
    private static final long START_COUNT = 0xFFFF_FFFF_0000_0000L;

    private static final int MAX_IN_FLIGHT = 16;
    private static final int MAX_FRAMES = 100;
    private static final int MAX_BYTES = 32 * 1024;
    private static final int PACKET_OVERHEAD_BYTES = 512;

    private final DeviceConfig config;
    private final Journal journal;
    private final CommandDesk commands;
    private final Backoff backoff;
    private final Thread thread;

    /** Guards what follows; never held across input or output. */
    private final ReentrantLock lock = new ReentrantLock();

    private final Condition changed = lock.newCondition();
    private DeviceDescription description;
    private boolean wanted = true;
    private boolean closing;
    private boolean announce;
    private boolean hurry;
    private long settlements;
    private long attempts;
    private long connections;
    private @Nullable Connection current;
    private @Nullable String lastFailure;

    /** What belongs to one connection; guarded by the pump's lock. */
    private static final class Connection {
        private int inFlight;
        private long answeredNanos = System.nanoTime();
        private @Nullable String lost;
    }

    private enum Step {
        ANNOUNCE,
        ACKNOWLEDGE,
        SEND,
        SEND_AGAIN,
        LEAVE
    }

    Pump(DeviceConfig config, DeviceDescription description, Journal journal, CommandDesk commands) {
        this.config = config;
        this.description = description;
        this.journal = journal;
        this.commands = commands;
        this.backoff = new Backoff(config.backoffMin(), config.backoffMax(), new Random());
        this.thread = Thread.ofVirtual().name("device-" + config.name()).unstarted(this::run);
        journal.onChange(this::signal);
        commands.outbox().onPut(this::signal);
    }

    void start() {
        thread.start();
    }

    void describe(DeviceDescription next) {
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

    private void signal() {
        change(() -> {});
    }

    private void change(Runnable change) {
        lock.lock();
        try {
            change.run();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        while (awaitWanted()) {
            var connection = new Connection();
            try {
                long session = nextSession();
                serve(connection, connect(connection, session), session);
            } catch (LinkException failure) {
                note("The broker cannot be reached", failure.getMessage());
            } catch (JournalFailedException failure) {
                LOG.error("The journal cannot be read; trying again [device: {}]", config.name(), failure);
                note("The journal cannot be read", failure.getMessage());
            }
            change(() -> current = null);
            pause();
        }
    }

    /** False when the device is closed. */
    private boolean awaitWanted() {
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

    /** Greater than every earlier one, in this start and in those before. */
    private long nextSession() {
        lock.lock();
        try {
            attempts++;
            return (journal.epoch() & START_COUNT) | attempts;
        } finally {
            lock.unlock();
        }
    }

    private MqttLink connect(Connection connection, long session) throws LinkException {
        var link = MqttLink.open(config, session, new MqttLink.Events() {
            @Override
            public void stored(byte[] payload) {
                settle(payload);
            }

            @Override
            public void command(byte[] payload, OptionalLong lifetimeSeconds) {
                commands.take(payload, lifetimeSeconds);
            }

            @Override
            public void lost(String reason) {
                change(() -> connection.lost = reason);
            }
        });
        change(() -> {
            current = connection;
            connections++;
            announce = true;
            lastFailure = null;
        });
        LOG.info("Connected [device: {}, session: {}]", config.name(), session);
        return link;
    }

    private void settle(byte[] payload) {
        try {
            var stored = Stored.parseFrom(payload);
            if (journal.settle(stored.getEpoch(), stored.getUpto())) {
                change(() -> settlements++);
            }
        } catch (InvalidProtocolBufferException failure) {
            LOG.warn("A stored message cannot be read and is ignored [device: {}]", config.name(), failure);
        }
    }

    private void serve(Connection connection, MqttLink link, long session) {
        int window = Math.min(MAX_IN_FLIGHT, link.receiveMaximum());
        int maxBytes = Math.min(MAX_BYTES, link.packetMaximum() - PACKET_OVERHEAD_BYTES);
        var resend = new Resend(config.resendAfter());
        var cursor = journal.cursor();
        commands.acknowledgeAgain();
        while (true) {
            switch (await(connection, window, cursor, resend)) {
                case ANNOUNCE -> {
                    var _ = publish(
                            connection,
                            link,
                            Topics.CONNECT,
                            announcement().toMessage(session).toByteArray());
                }
                case ACKNOWLEDGE -> {
                    @Nullable Ack ack = commands.outbox().take();
                    if (ack != null) {
                        var _ = publish(connection, link, Topics.ACK, ack.toByteArray())
                                .thenRun(() -> commands.acknowledged(ack));
                    }
                }
                case SEND -> {
                    Journal.@Nullable Batch batch = journal.next(cursor, MAX_FRAMES, maxBytes);
                    if (batch != null) {
                        var _ = publish(connection, link, Topics.TELEMETRY, TelemetryPayload.of(batch));
                    }
                }
                case SEND_AGAIN -> {
                    LOG.warn(
                            "Nothing was stored for {} s, sending again [device: {}, frames: {}]",
                            resend.after().toSeconds(),
                            config.name(),
                            journal.unsettledFrames());
                    cursor = journal.cursor();
                    resend.again();
                }
                case LEAVE -> {
                    link.drop();
                    return;
                }
            }
        }
    }

    private DeviceDescription announcement() {
        lock.lock();
        try {
            announce = false;
            return description;
        } finally {
            lock.unlock();
        }
    }

    private Step await(Connection connection, int window, Journal.Cursor cursor, Resend resend) {
        lock.lock();
        try {
            while (true) {
                if (connection.lost != null) {
                    lastFailure = wanted && !closing ? connection.lost : null;
                    return Step.LEAVE;
                }
                if (closing || !wanted) {
                    return Step.LEAVE;
                }
                long now = System.nanoTime();
                resend.observe(settlements, journal.awaitsSettlement(cursor), now);
                if (connection.inFlight > 0
                        && now - connection.answeredNanos
                                > config.answerTimeout().toNanos()) {
                    lastFailure = "The broker acknowledged nothing for "
                            + config.answerTimeout().toSeconds() + " s";
                    return Step.LEAVE;
                }
                if (connection.inFlight < window) {
                    if (announce) {
                        return Step.ANNOUNCE;
                    }
                    if (!commands.outbox().isEmpty()) {
                        return Step.ACKNOWLEDGE;
                    }
                    if (resend.isDue(now)) {
                        return Step.SEND_AGAIN;
                    }
                    if (journal.hasNext(cursor)) {
                        return Step.SEND;
                    }
                }
                awaitChange(Math.min(config.answerTimeout().toNanos(), resend.dueInNanos(now)));
            }
        } finally {
            lock.unlock();
        }
    }

    @SuppressWarnings("WaitNotInLoop") // every caller loops
    private void awaitChange(long nanos) {
        try {
            long left = changed.awaitNanos(Math.max(nanos, TimeUnit.MILLISECONDS.toNanos(1)));
            LOG.trace("Woke [left: {} ns]", left);
        } catch (InterruptedException unexpected) {
            // Nobody has this thread to interrupt it.
            LOG.debug("Interrupted [device: {}]", config.name(), unexpected);
        }
    }

    private CompletableFuture<Void> publish(Connection connection, MqttLink link, String leaf, byte[] payload) {
        change(() -> {
            if (connection.inFlight++ == 0) {
                connection.answeredNanos = System.nanoTime();
            }
        });
        return link.publish(leaf, payload).whenComplete((nothing, failure) -> {
            if (failure != null) {
                // Refused for good by the broker, or cut off: either way its frames are still in the journal.
                LOG.debug("A message was not acknowledged [device: {}, leaf: {}]", config.name(), leaf, failure);
            }
            change(() -> {
                connection.inFlight--;
                connection.answeredNanos = System.nanoTime();
                if (failure == null) {
                    backoff.reset();
                }
            });
        });
    }

    private void note(String what, @Nullable String reason) {
        String sentence = what + ": " + reason;
        lock.lock();
        try {
            if (sentence.equals(lastFailure)) {
                return;
            }
            lastFailure = sentence;
        } finally {
            lock.unlock();
        }
        LOG.warn("{}; trying again [device: {}, broker: {}:{}]", sentence, config.name(), config.host(), config.port());
    }

    /** Between two attempts; ends early when the link is wanted anew or the device closes. */
    private void pause() {
        lock.lock();
        try {
            long until = System.nanoTime() + backoff.next().toNanos();
            while (wanted && !closing && !hurry && until - System.nanoTime() > 0) {
                awaitChange(until - System.nanoTime());
            }
            if (hurry) {
                hurry = false;
                backoff.reset();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Waits until nothing in the journal is unsettled. */
    boolean awaitSettled(Duration within) throws InterruptedException {
        long until = System.nanoTime() + within.toNanos();
        lock.lock();
        try {
            while (journal.unsettledFrames() > 0) {
                long left = until - System.nanoTime();
                if (left <= 0) {
                    return false;
                }
                long ignored = changed.awaitNanos(left);
                LOG.trace("Woke [left: {} ns]", ignored);
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    DeviceStatus status(long refused) {
        lock.lock();
        try {
            return new DeviceStatus(
                    current != null && current.lost == null,
                    wanted,
                    journal.epoch(),
                    journal.lastSeq(),
                    journal.storedUpto(),
                    journal.unsettledFrames(),
                    journal.bytes(),
                    Math.max(0, connections - 1),
                    refused,
                    commands.status(),
                    lastFailure);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        change(() -> closing = true);
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
