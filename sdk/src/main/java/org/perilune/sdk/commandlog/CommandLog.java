package org.perilune.sdk.commandlog;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.perilune.contracts.v1.Ack;
import org.perilune.contracts.v1.Command;
import org.perilune.sdk.wire.Micros;

/**
 * What a device was told and what came of it, on disk. Futures complete on the thread that writes, and only when the disk
 * has it; until then nobody finds it here. Safe for use by several threads.
 */
public final class CommandLog implements AutoCloseable {
    /** How long an end is remembered after the command could have been sent again. */
    private static final Duration REMEMBERED = Duration.ofHours(24);

    private static final long FORGET_EVERY_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final long limitBytes;
    private final Clock clock;
    private final CommandIndex index;
    private final CommandLogWriter writer;
    private final AtomicLong forgotNanos = new AtomicLong(System.nanoTime() - FORGET_EVERY_NANOS);

    private CommandLog(long limitBytes, Clock clock, CommandIndex index, CommandLogWriter writer) {
        this.limitBytes = limitBytes;
        this.clock = clock;
        this.index = index;
        this.writer = writer;
    }

    /**
     * Recovers what earlier starts left. A log that cannot be read is one that has failed: it takes nothing, so that
     * nothing is done twice because it was forgotten.
     *
     * @param limitBytes of what must be remembered
     */
    public static CommandLog open(Path folder, long limitBytes, Clock clock) {
        var index = new CommandIndex();
        var writer = new CommandLogWriter(folder, index, clock);
        writer.start();
        return new CommandLog(limitBytes, clock, index, writer);
    }

    public Optional<CommandEntry> find(String id) {
        return index.find(id);
    }

    /** Oldest first: what has not ended, and what the ground may not know. */
    public List<CommandEntry> unsettled() {
        return index.unsettled();
    }

    public CompletableFuture<Void> received(Command message, Instant at) {
        return writer.append(CommandRecord.received(message, Micros.of(at)));
    }

    public CompletableFuture<Void> begun(String id, Instant at) {
        return writer.append(CommandRecord.begun(id, Micros.of(at)));
    }

    public CompletableFuture<Void> ended(Ack end, long notAfterMicros) {
        long last = Math.max(notAfterMicros, end.getTimeMicros());
        return writer.append(CommandRecord.ended(end, last + TimeUnit.SECONDS.toMicros(REMEMBERED.toSeconds())));
    }

    /** Not forced: if it is lost, the end is acknowledged once more. */
    public void acknowledged(String id) {
        var _ = writer.append(CommandRecord.acknowledged(id));
    }

    /** Whether there is no room for another command. */
    public boolean full() {
        return exceeds(limitBytes);
    }

    /** Whether there is not even room to remember a refusal. */
    public boolean overfull() {
        return exceeds(limitBytes + limitBytes / 4);
    }

    /** Forgets first what may be forgotten: where nothing more is taken, nothing else would. */
    private boolean exceeds(long bytes) {
        if (index.bytes() <= bytes) {
            return false;
        }
        long last = forgotNanos.get();
        long now = System.nanoTime();
        if (now - last >= FORGET_EVERY_NANOS && forgotNanos.compareAndSet(last, now)) {
            index.forget(Micros.of(clock.instant()));
        }
        return index.bytes() > bytes;
    }

    public long bytes() {
        return index.bytes();
    }

    /** Why nothing is taken any more; only a device opened anew can go on. */
    public Optional<String> failure() {
        return writer.failure().map(cause -> "The command log failed: " + cause.getMessage());
    }

    /** Finishes what was said before. */
    @Override
    public void close() {
        writer.close();
    }
}
