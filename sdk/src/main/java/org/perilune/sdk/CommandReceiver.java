package org.perilune.sdk;

import com.google.protobuf.InvalidProtocolBufferException;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.perilune.contracts.v1.Ack;
import org.perilune.contracts.v1.Command;
import org.perilune.contracts.v1.Stage;
import org.perilune.sdk.commandlog.CommandEntry;
import org.perilune.sdk.commandlog.CommandLog;
import org.perilune.sdk.link.AckOutbox;
import org.perilune.sdk.link.LinkCommands;
import org.perilune.sdk.wire.Acks;
import org.perilune.sdk.wire.Micros;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes commands from the link, refuses what makes no sense or finds no room, and hands the others to an executor; answers what
 * it has seen before.
 */
final class CommandReceiver implements LinkCommands, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CommandReceiver.class);
    private static final int MOST_WAITING = 10_000;

    private final String device;
    private final CommandHandler handler;
    private final Clock clock;
    private final CommandLog log;
    private final CommandProgress progress;
    private final CommandExecutor orderly;
    private final CommandExecutor urgent;

    /** Ids on their way to disk. */
    private final Set<String> arriving = ConcurrentHashMap.newKeySet();

    private final AtomicInteger waiting = new AtomicInteger();
    private final LongAdder executed = new LongAdder();
    private final LongAdder repeated = new LongAdder();
    private final LongAdder malformed = new LongAdder();
    private final LongAdder dropped = new LongAdder();
    private volatile boolean closed;

    CommandReceiver(DeviceConfig config, CommandHandler handler, CommandListener listener, Clock clock) {
        this.device = config.name();
        this.handler = handler;
        this.clock = clock;
        this.log = CommandLog.open(config.journal(), config.commandLimitBytes(), clock);
        this.progress = new CommandProgress(log, new ListenerCalls(device, listener), clock);
        this.orderly = new CommandExecutor("commands-" + device, this, progress, handler);
        this.urgent = new CommandExecutor("urgent-commands-" + device, this, progress, handler);
    }

    /** Deals with what an earlier start left, and begins to execute. */
    void start() {
        progress.start();
        for (CommandEntry entry : log.unsettled()) {
            recover(entry);
        }
        orderly.start();
        urgent.start();
    }

    private void recover(CommandEntry entry) {
        if (entry.message() == null) {
            return;
        }
        DeviceCommand command = CommandMessage.read(entry.message());
        progress.recovered(command, Micros.toInstant(entry.receivedMicros()));
        boolean interrupted = entry.ack().getStage() == Stage.STAGE_EXECUTING;
        if (interrupted && !command.repeatable()) {
            progress.end(command, CommandExecutor.unknown(command, clock.instant(), ""));
            return;
        }
        waiting.incrementAndGet();
        executor(command).add(new WaitingCommand(command, OptionalLong.empty(), System.nanoTime(), interrupted));
    }

    @Override
    public AckOutbox outbox() {
        return progress.outbox();
    }

    @Override
    public void take(byte[] payload, OptionalLong lifetimeSeconds) {
        Command message;
        try {
            message = Command.parseFrom(payload);
        } catch (InvalidProtocolBufferException failure) {
            malformed("it cannot be read");
            return;
        }
        String id = message.getId();
        if (id.isBlank() || id.length() > CommandMessage.LONGEST_ID) {
            malformed("it has no usable id");
            return;
        }
        if (closed || log.failure().isPresent() || log.overfull()) {
            // The ground sends it again.
            dropped.increment();
            return;
        }
        // Before looking into the log: what is neither there nor here is new.
        if (!arriving.add(id)) {
            return;
        }
        var known = log.find(id);
        if (known.isPresent()) {
            arriving.remove(id);
            repeated.increment();
            progress.repeat(known.get());
            return;
        }
        takeNew(message, lifetimeSeconds);
    }

    private void takeNew(Command message, OptionalLong lifetimeSeconds) {
        Instant now = clock.instant();
        DeviceCommand command;
        try {
            command = CommandMessage.read(message);
        } catch (IllegalArgumentException bad) {
            malformed.increment();
            refuse(message, null, String.valueOf(bad.getMessage()), now);
            return;
        }
        Optional<String> refusal = log.full()
                ? Optional.of("The command log of the device is full")
                : CommandExecutor.mistrust(command, now);
        if (refusal.isPresent()) {
            refuse(message, command, refusal.get(), now);
            return;
        }
        if (waiting.get() >= MOST_WAITING) {
            // The ground sends it again.
            arriving.remove(command.id());
            dropped.increment();
            return;
        }
        waiting.incrementAndGet();
        var wait = new WaitingCommand(command, lifetimeSeconds, System.nanoTime(), false);
        var _ = log.received(message, now).whenComplete((nothing, failure) -> {
            arriving.remove(command.id());
            if (failure != null) {
                waiting.decrementAndGet();
                dropped.increment();
                return;
            }
            progress.received(command, now);
            executor(command).add(wait);
        });
    }

    /** @param command null if it cannot be understood */
    private void refuse(Command message, @Nullable DeviceCommand command, String reason, Instant now) {
        Ack ack = Acks.ack(message.getId(), Stage.STAGE_REJECTED, reason, now);
        var _ = log.ended(ack, message.getNotAfterMicros()).whenComplete((nothing, failure) -> {
            arriving.remove(message.getId());
            if (failure == null) {
                progress.ended(command, ack);
            }
        });
    }

    private void malformed(String reason) {
        malformed.increment();
        LOG.warn("A command is ignored: {} [device: {}]", reason, device);
    }

    private CommandExecutor executor(DeviceCommand command) {
        try {
            return handler.urgent(command.type()) ? urgent : orderly;
        } catch (RuntimeException failure) {
            LOG.warn("Whether a command is urgent cannot be told [type: {}]", command.type(), failure);
            return orderly;
        }
    }

    void leftLane() {
        waiting.decrementAndGet();
    }

    void executed() {
        executed.increment();
    }

    CommandStatus status() {
        return new CommandStatus(
                waiting.get(),
                executed.sum(),
                repeated.sum(),
                malformed.sum(),
                dropped.sum(),
                log.bytes(),
                log.failure().orElse(null));
    }

    @Override
    public void acknowledgeAgain() {
        progress.acknowledgeAgain();
    }

    @Override
    public void acknowledged(Ack ack) {
        progress.acknowledged(ack);
    }

    Optional<CommandEnd> endOf(String id) {
        return progress.endOf(id);
    }

    /** Takes nothing more, and finishes what is being executed, if that does not take long; what waits is on disk. */
    void stop() {
        closed = true;
        orderly.stop();
        urgent.stop();
        orderly.close();
        urgent.close();
    }

    @Override
    public void close() {
        stop();
        progress.close();
    }
}
