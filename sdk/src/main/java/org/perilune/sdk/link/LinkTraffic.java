package org.perilune.sdk.link;

import com.google.protobuf.InvalidProtocolBufferException;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.perilune.contracts.Topics;
import org.perilune.contracts.v1.Ack;
import org.perilune.contracts.v1.Stored;
import org.perilune.sdk.journal.Journal;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What goes over one connection: the description, acknowledgements of commands, and the journal, oldest frames first.
 *
 * <p>A PUBACK says that the ground took a message, not that its frames are stored: frames leave the journal only when
 * the ground says so. So every connection begins with the oldest frame that is not settled, and when nothing is settled
 * for a while, sending begins there again; the ground recognises what it has already.
 */
final class LinkTraffic implements MqttLink.Events {
    private static final Logger LOG = LoggerFactory.getLogger(LinkTraffic.class);
    private static final int MAX_IN_FLIGHT = 16;
    /** Small messages whose acknowledgement waits for a disk on the ground: many must be under way at once. */
    private static final int MAX_ACKS_IN_FLIGHT = 128;

    private static final int MAX_FRAMES = 100;
    private static final int MAX_BYTES = 32 * 1024;
    private static final int PACKET_OVERHEAD_BYTES = 512;

    private final LinkConfig config;
    private final Journal journal;
    private final LinkCommands commands;
    private final LinkState state;
    private final Runnable answered;
    private final Resend resend;
    private Journal.Cursor cursor;
    private boolean acknowledgedLast;
    private long settlementsBefore;

    /** Guarded by the state's lock. */
    private int inFlight;

    private int acksInFlight;
    private long answeredNanos = System.nanoTime();
    private @Nullable String lost;

    private enum Step {
        ANNOUNCE,
        ACKNOWLEDGE,
        SEND,
        SEND_AGAIN,
        LEAVE
    }

    /** @param answered runs whenever the broker took a message */
    LinkTraffic(LinkConfig config, Journal journal, LinkCommands commands, LinkState state, Runnable answered) {
        this.config = config;
        this.journal = journal;
        this.commands = commands;
        this.state = state;
        this.answered = answered;
        this.resend = new Resend(config.resendAfter());
        this.cursor = journal.cursor();
    }

    @Override
    public void stored(byte[] payload) {
        try {
            var stored = Stored.parseFrom(payload);
            if (journal.settle(stored.getEpoch(), stored.getUpto())) {
                state.settled();
            }
        } catch (InvalidProtocolBufferException failure) {
            LOG.warn("A stored message cannot be read and is ignored [device: {}]", config.name(), failure);
        }
    }

    @Override
    public void command(byte[] payload, OptionalLong lifetimeSeconds) {
        commands.take(payload, lifetimeSeconds);
    }

    @Override
    public void lost(String reason) {
        state.change(() -> lost = reason);
    }

    /** With the state's lock: why the connection ended; null: it has not. */
    @Nullable
    String lost() {
        return lost;
    }

    /**
     * Sends until the connection is lost or no longer wanted.
     *
     * @return why it ended; null: it was not wanted any longer
     */
    @Nullable
    String serve(MqttLink link, long session) {
        int maxBytes = Math.min(MAX_BYTES, link.packetMaximum() - PACKET_OVERHEAD_BYTES);
        settlementsBefore = state.settlementsNow();
        commands.acknowledgeAgain();
        while (true) {
            Step step = await(link);
            acknowledgedLast = step == Step.ACKNOWLEDGE;
            switch (step) {
                case ANNOUNCE -> announce(link, session);
                case ACKNOWLEDGE -> acknowledge(link);
                case SEND -> send(link, maxBytes);
                case SEND_AGAIN -> sendAgain();
                case LEAVE -> {
                    link.drop();
                    return reason();
                }
            }
        }
    }

    private void announce(MqttLink link, long session) {
        byte[] payload = state.announcement(session).toByteArray();
        var _ = publish(link, Topics.CONNECT, payload, () -> {});
    }

    private void acknowledge(MqttLink link) {
        @Nullable Ack ack = commands.outbox().take();
        if (ack == null) {
            return;
        }
        state.change(() -> acksInFlight++);
        var _ = publish(link, Topics.ACK, ack.toByteArray(), () -> commands.acknowledged(ack))
                .whenComplete((nothing, failure) -> state.change(() -> acksInFlight--));
    }

    private void send(MqttLink link, int maxBytes) {
        Journal.@Nullable Batch batch = journal.next(cursor, MAX_FRAMES, maxBytes);
        if (batch != null) {
            var _ = publish(link, Topics.TELEMETRY, TelemetryPayload.of(batch), () -> {});
        }
    }

    private void sendAgain() {
        LOG.warn(
                "Nothing was stored for {} s, sending again [device: {}, frames: {}]",
                resend.after().toSeconds(),
                config.name(),
                journal.unsettledFrames());
        cursor = journal.cursor();
        resend.again();
        if (state.settlementsNow() == settlementsBefore) {
            // A broker takes messages for which nobody has subscribed yet: nothing may have arrived of what was said so
            // far.
            state.announce();
            commands.acknowledgeAgain();
        }
    }

    private Step await(MqttLink link) {
        state.lock();
        try {
            while (true) {
                long now = System.nanoTime();
                resend.observe(state.settlements(), journal.awaitsSettlement(cursor), now);
                if (inFlight > 0 && now - answeredNanos > config.answerTimeout().toNanos()) {
                    lost = "The broker acknowledged nothing for "
                            + config.answerTimeout().toSeconds() + " s";
                }
                if (lost != null || !state.holds()) {
                    return Step.LEAVE;
                }
                @Nullable Step next = next(link, now);
                if (next != null) {
                    return next;
                }
                state.awaitChange(Math.min(config.answerTimeout().toNanos(), resend.dueInNanos(now)));
            }
        } finally {
            state.unlock();
        }
    }

    private @Nullable Step next(MqttLink link, long now) {
        if (state.announces()) {
            return Step.ANNOUNCE;
        }
        @Nullable Step telemetry = telemetry(link, now);
        int window = Math.clamp((long) link.receiveMaximum() - MAX_IN_FLIGHT, 1, MAX_ACKS_IN_FLIGHT);
        boolean acknowledge = acksInFlight < window && !commands.outbox().isEmpty();
        // In turns, so that neither keeps the other waiting.
        return acknowledge && (telemetry == null || !acknowledgedLast) ? Step.ACKNOWLEDGE : telemetry;
    }

    private @Nullable Step telemetry(MqttLink link, long now) {
        if (inFlight - acksInFlight >= Math.min(MAX_IN_FLIGHT, link.receiveMaximum())) {
            return null;
        }
        if (resend.isDue(now)) {
            return Step.SEND_AGAIN;
        }
        return journal.hasNext(cursor) ? Step.SEND : null;
    }

    private @Nullable String reason() {
        state.lock();
        try {
            return state.holds() ? lost : null;
        } finally {
            state.unlock();
        }
    }

    /** @param taken runs when the broker has taken it */
    private CompletableFuture<Void> publish(MqttLink link, String leaf, byte[] payload, Runnable taken) {
        state.change(() -> {
            if (inFlight++ == 0) {
                answeredNanos = System.nanoTime();
            }
        });
        return link.publish(leaf, payload).whenComplete((nothing, failure) -> {
            if (failure != null) {
                // Refused for good by the broker, or cut off: either way it is still in the journal or in the log.
                LOG.debug("A message was not acknowledged [device: {}, leaf: {}]", config.name(), leaf, failure);
            }
            state.change(() -> {
                inFlight--;
                answeredNanos = System.nanoTime();
            });
            if (failure == null) {
                answered.run();
                taken.run();
            }
        });
    }
}
