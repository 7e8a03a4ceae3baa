package org.perilune.sdk;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;
import org.perilune.contracts.v1.Ack;
import org.perilune.contracts.v1.Stage;
import org.perilune.sdk.wire.Acks;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Executes commands, one at a time and in order. */
final class CommandExecutor implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CommandExecutor.class);
    private static final Duration CLOSE_WITHIN = Duration.ofSeconds(3);
    private static final Duration CLOCK_TOLERANCE = Duration.ofSeconds(60);

    private final CommandReceiver receiver;
    private final CommandProgress progress;
    private final CommandHandler handler;
    private final LinkedBlockingQueue<Optional<WaitingCommand>> queue = new LinkedBlockingQueue<>();
    private final Thread thread;
    private volatile boolean closed;

    CommandExecutor(String name, CommandReceiver receiver, CommandProgress progress, CommandHandler handler) {
        this.receiver = receiver;
        this.progress = progress;
        this.handler = handler;
        this.thread = Thread.ofVirtual().name(name).unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    void add(WaitingCommand command) {
        queue.add(Optional.of(command));
    }

    private void run() {
        while (!closed) {
            try {
                var next = queue.take();
                if (next.isPresent() && !closed) {
                    perform(next.get());
                    receiver.leftLane();
                }
            } catch (InterruptedException closing) {
                LOG.debug("Interrupted", closing);
            } catch (CompletionException failure) {
                LOG.debug("The log takes no more; nothing is begun", failure);
            }
        }
    }

    private void perform(WaitingCommand waiting) {
        DeviceCommand command = waiting.command();
        @Nullable Ack refusal = refusal(waiting);
        if (refusal == null) {
            progress.begin(command);
            // Judging it and writing it down may have taken long: the disk may have been full.
            refusal = expiry(waiting, progress.clock().instant());
        }
        if (refusal != null) {
            progress.end(command, refusal);
            return;
        }
        CommandOutcome outcome = execute(command);
        receiver.executed();
        progress.end(
                command,
                CommandMessage.ack(command.id(), outcome, progress.clock().instant()));
    }

    private @Nullable Ack refusal(WaitingCommand waiting) {
        DeviceCommand command = waiting.command();
        Instant now = progress.clock().instant();
        @Nullable Ack expiry = expiry(waiting, now);
        if (expiry != null) {
            return expiry;
        }
        return mistrust(command, now)
                .or(() -> objection(command))
                .map(reason -> refusal(waiting, Stage.STAGE_REJECTED, reason, now))
                .orElse(null);
    }

    private static @Nullable Ack expiry(WaitingCommand waiting, Instant now) {
        return waiting.expired(now, System.nanoTime())
                ? refusal(waiting, Stage.STAGE_EXPIRED, "It expired before it could be begun", now)
                : null;
    }

    private static Ack refusal(WaitingCommand waiting, Stage stage, String reason, Instant now) {
        return waiting.interrupted()
                ? unknown(waiting.command(), now, ". It was not begun again: " + reason)
                : Acks.ack(waiting.command().id(), stage, reason, now);
    }

    static Ack unknown(DeviceCommand command, Instant now, String more) {
        String detail = "It was interrupted by a restart of the device, and may have taken effect" + more;
        return Acks.ack(command.id(), Stage.STAGE_UNKNOWN, detail, now);
    }

    /** A clock that is behind the ground's would let a command begin that has long expired. */
    static Optional<String> mistrust(DeviceCommand command, Instant now) {
        if (!command.critical() || !now.isBefore(command.sentAt().minus(CLOCK_TOLERANCE))) {
            return Optional.empty();
        }
        long seconds = Duration.between(now, command.sentAt()).toSeconds();
        return Optional.of("The device's clock is at least " + seconds
                + " s behind the ground's: it cannot tell whether a critical command has expired");
    }

    private Optional<String> objection(DeviceCommand command) {
        try {
            return handler.objection(command);
        } catch (RuntimeException failure) {
            LOG.warn("A command could not be judged and is refused [id: {}]", command.id(), failure);
            return Optional.of("The device could not judge it: " + failure);
        }
    }

    private CommandOutcome execute(DeviceCommand command) {
        try {
            return Objects.requireNonNull(handler.execute(command), "The handler said nothing");
        } catch (Exception | StackOverflowError | LinkageError | AssertionError failure) {
            LOG.warn("A command failed [id: {}, type: {}]", command.id(), command.type(), failure);
            return CommandOutcome.failed("The device failed at it: " + failure);
        }
    }

    /** Begins nothing more. */
    void stop() {
        closed = true;
        queue.add(Optional.empty());
    }

    /** Waits for what is being executed, but not long: then the next start says that it is unknown. */
    @Override
    public void close() {
        stop();
        if (!joined(CLOSE_WITHIN)) {
            thread.interrupt();
            LOG.warn("A command is still being executed [executor: {}]", thread.getName());
        }
    }

    private boolean joined(Duration within) {
        try {
            return !thread.isAlive() || thread.join(within);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
