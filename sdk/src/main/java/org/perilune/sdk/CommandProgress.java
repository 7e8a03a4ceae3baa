package org.perilune.sdk;

import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.perilune.contracts.v1.Ack;
import org.perilune.contracts.v1.Stage;
import org.perilune.sdk.commandlog.CommandEntry;
import org.perilune.sdk.commandlog.CommandLog;
import org.perilune.sdk.link.AckOutbox;
import org.perilune.sdk.wire.Acks;
import org.perilune.sdk.wire.Micros;

/**
 * The steps of each command: written to the log first, then told to the ground and to the listener. Safe for use by
 * several threads.
 */
final class CommandProgress implements AutoCloseable {
    private final Clock clock;
    private final CommandLog log;
    private final AckOutbox outbox = new AckOutbox();
    private final ListenerCalls listener;

    CommandProgress(CommandLog log, ListenerCalls listener, Clock clock) {
        this.log = log;
        this.listener = listener;
        this.clock = clock;
    }

    void start() {
        listener.start();
    }

    AckOutbox outbox() {
        return outbox;
    }

    /** It is on disk. */
    void received(DeviceCommand command, Instant at) {
        outbox.put(Acks.ack(command.id(), Stage.STAGE_RECEIVED, "", at));
        listener.received(command, at);
    }

    /** The ground has been told by an earlier start; the listener of this one has not. */
    void recovered(DeviceCommand command, Instant received) {
        listener.received(command, received);
    }

    /**
     * Its end is on disk.
     *
     * @param command null if it cannot be understood
     */
    void ended(@Nullable DeviceCommand command, Ack ack) {
        outbox.put(ack);
        if (command != null) {
            listener.ended(command, CommandMessage.end(ack));
        }
    }

    /** What was seen before is answered again. */
    void repeat(CommandEntry known) {
        outbox.put(known.ack());
    }

    Clock clock() {
        return clock;
    }

    /** For an executor's thread: waits until it is on disk that the command begins. */
    void begin(DeviceCommand command) {
        Instant now = clock.instant();
        log.begun(command.id(), now).join();
        outbox.put(Acks.ack(command.id(), Stage.STAGE_EXECUTING, "", now));
        listener.began(command, now);
    }

    /** Answers when the end is on disk. */
    void end(DeviceCommand command, Ack ack) {
        var _ = log.ended(ack, Micros.of(command.notAfter())).thenRun(() -> ended(command, ack));
    }

    /** After a connect: puts whatever the ground may not know into the outbox. */
    void acknowledgeAgain() {
        outbox.clear();
        log.unsettled().forEach(entry -> outbox.put(entry.ack()));
    }

    /** Empty while it has not ended, or when it is no longer known. */
    Optional<CommandEnd> endOf(String id) {
        return log.find(id).filter(CommandEntry::ended).map(entry -> CommandMessage.end(entry.ack()));
    }

    /** The ground has it. */
    void acknowledged(Ack ack) {
        if (Acks.isFinal(ack.getStage())) {
            log.acknowledged(ack.getId());
        }
    }

    @Override
    public void close() {
        log.close();
        listener.close();
    }
}
