package org.perilune.sdk.commandlog;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.perilune.contracts.v1.Ack;
import org.perilune.contracts.v1.Command;
import org.perilune.sdk.wire.Micros;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a device was told and what came of it, on disk. One thread writes; what is said while it forces shares the next
 * force. Futures complete on that thread, and only when the disk has it; until then nobody finds it here.
 */
public final class CommandLog implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CommandLog.class);
    /** How long an end is remembered after the command could have been sent again. */
    private static final Duration REMEMBERED = Duration.ofHours(24);

    private static final long SMALLEST_REWRITE_BYTES = 1024 * 1024;
    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long FORGET_EVERY_NANOS = TimeUnit.MINUTES.toNanos(1);
    private static final int MAX_RECORDS_PER_FORCE = 5_000;

    private final Path folder;
    private final long limitBytes;
    private final Clock clock;
    private final CommandIndex index = new CommandIndex();
    private final LinkedBlockingQueue<Append> queue = new LinkedBlockingQueue<>();
    private final Thread thread;
    private volatile @Nullable Exception failure;
    private volatile boolean closed;

    /** The writer thread's own. */
    private @Nullable CommandFile file;

    private final AtomicLong forgotNanos = new AtomicLong(System.nanoTime() - FORGET_EVERY_NANOS);

    /** @param record null says that this is the last */
    private record Append(@Nullable CommandRecord record, CompletableFuture<Void> done) {}

    private CommandLog(Path folder, long limitBytes, Clock clock) {
        this.folder = folder;
        this.limitBytes = limitBytes;
        this.clock = clock;
        this.thread = Thread.ofVirtual().name("command-log").unstarted(this::run);
    }

    /**
     * Recovers what earlier starts left. A log that cannot be read is one that has failed: it takes nothing, so that
     * nothing is done twice because it was forgotten.
     *
     * @param limitBytes of what must be remembered
     */
    public static CommandLog open(Path folder, long limitBytes, Clock clock) {
        var log = new CommandLog(folder, limitBytes, clock);
        try {
            log.file = CommandFile.open(folder, log.index::apply);
            log.index.forget(Micros.of(clock.instant()));
        } catch (IOException unreadable) {
            log.fail(unreadable);
        }
        log.thread.start();
        return log;
    }

    public Optional<CommandEntry> find(String id) {
        return index.find(id);
    }

    /** Oldest first: what has not ended, and what the ground may not know. */
    public List<CommandEntry> unsettled() {
        return index.unsettled();
    }

    public CompletableFuture<Void> received(Command message, Instant at) {
        return append(CommandRecord.received(message, Micros.of(at)));
    }

    public CompletableFuture<Void> begun(String id, Instant at) {
        return append(CommandRecord.begun(id, Micros.of(at)));
    }

    public CompletableFuture<Void> ended(Ack end, long notAfterMicros) {
        long last = Math.max(notAfterMicros, end.getTimeMicros());
        return append(CommandRecord.ended(end, last + TimeUnit.SECONDS.toMicros(REMEMBERED.toSeconds())));
    }

    /** Not forced: if it is lost, the end is acknowledged once more. */
    public void acknowledged(String id) {
        var _ = append(CommandRecord.acknowledged(id));
    }

    private CompletableFuture<Void> append(CommandRecord record) {
        var append = new Append(record, new CompletableFuture<>());
        queue.add(append);
        if (closed && !thread.isAlive()) {
            refuseQueued();
        }
        return append.done;
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
        return Optional.ofNullable(failure).map(cause -> "The command log failed: " + cause.getMessage());
    }

    private void fail(Exception cause) {
        failure = cause;
        LOG.error("The command log failed; no command is executed until the device is opened anew", cause);
    }

    private void run() {
        var batch = new ArrayList<Append>();
        while (true) {
            try {
                batch.add(queue.take());
            } catch (InterruptedException unexpected) {
                // Nobody has this thread to interrupt it; close() says so through the queue.
                continue;
            }
            queue.drainTo(batch, MAX_RECORDS_PER_FORCE);
            boolean last = batch.removeIf(append -> append.record == null);
            commit(batch);
            batch.clear();
            if (last) {
                return;
            }
            rewriteIfWorthwhile();
        }
    }

    private void commit(List<Append> batch) {
        var records = new ArrayList<CommandRecord>(batch.size());
        for (Append append : batch) {
            if (append.record != null) {
                records.add(append.record);
            }
        }
        try {
            if (!records.isEmpty() && failure == null) {
                write(records);
            }
        } catch (IOException failed) {
            // After a failed force the system may have dropped what it could not write: a second one proves nothing.
            fail(failed);
        }
        @Nullable Exception failed = failure;
        if (failed != null) {
            batch.forEach(append -> append.done.completeExceptionally(failed));
            return;
        }
        batch.forEach(append -> append.done.complete(null));
    }

    private void write(List<CommandRecord> records) throws IOException {
        CommandFile target = openFile();
        for (boolean warned = false; ; warned = true) {
            try {
                target.write(records);
                break;
            } catch (IOException full) {
                if (closed || target.broken()) {
                    throw full;
                }
                if (!warned) {
                    LOG.warn("The command log cannot be written; commands wait until it can", full);
                }
                target.rewind();
                LockSupport.parkNanos(RETRY_NANOS);
            }
        }
        if (records.stream().anyMatch(record -> record.kind() != CommandRecord.Kind.ACKNOWLEDGED)) {
            target.force();
        }
        for (CommandRecord record : records) {
            index.apply(record);
        }
    }

    private CommandFile openFile() throws IOException {
        if (file == null) {
            throw new IOException("The command log is not open");
        }
        return file;
    }

    /** When most of the file is overtaken. */
    private void rewriteIfWorthwhile() {
        if (failure != null || file == null) {
            return;
        }
        if (file.writtenBytes() < Math.max(SMALLEST_REWRITE_BYTES, 2 * index.bytes())) {
            return;
        }
        index.forget(Micros.of(clock.instant()));
        try {
            file.replace(index.all().stream()
                    .flatMap(entry -> entry.records().stream())
                    .iterator());
        } catch (IOException unwritten) {
            if (file.broken()) {
                fail(unwritten);
                return;
            }
            LOG.warn("The command log cannot be made smaller", unwritten);
        }
    }

    private void refuseQueued() {
        var late = new ArrayList<Append>();
        queue.drainTo(late);
        late.forEach(append -> append.done.completeExceptionally(new IOException("The command log is closed")));
    }

    /** Finishes what was said before. */
    @Override
    public void close() {
        closed = true;
        queue.add(new Append(null, new CompletableFuture<>()));
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException later) {
                interrupted = true;
            }
        }
        refuseQueued();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        try {
            if (file != null) {
                file.close();
            }
        } catch (IOException failed) {
            LOG.warn("The command log cannot be closed [folder: {}]", folder, failed);
        }
    }
}
