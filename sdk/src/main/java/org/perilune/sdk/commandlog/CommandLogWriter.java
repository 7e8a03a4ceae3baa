package org.perilune.sdk.commandlog;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.perilune.sdk.wire.Micros;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that writes to a command log. What is said while it forces shares the next force. What the disk has is
 * then shown by the index. A file that is mostly overtaken is made anew.
 */
final class CommandLogWriter {
    private static final Logger LOG = LoggerFactory.getLogger(CommandLogWriter.class);
    private static final long SMALLEST_REWRITE_BYTES = 1024 * 1024;
    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final int MAX_RECORDS_PER_FORCE = 5_000;

    private final Path folder;
    private final CommandIndex index;
    private final Clock clock;
    private final LinkedBlockingQueue<Append> queue = new LinkedBlockingQueue<>();
    private final Thread thread;
    private volatile @Nullable Exception failure;
    private volatile boolean closed;

    /** The thread's own, once it has started. */
    private @Nullable CommandFile file;

    /** @param record null says that this is the last */
    private record Append(@Nullable CommandRecord record, CompletableFuture<Void> done) {}

    CommandLogWriter(Path folder, CommandIndex index, Clock clock) {
        this.folder = folder;
        this.index = index;
        this.clock = clock;
        this.thread = Thread.ofVirtual().name("command-log").unstarted(this::run);
    }

    /** Reads into the index what earlier starts left, and begins to write. */
    void start() {
        try {
            file = CommandFile.open(folder, index::apply);
            index.forget(Micros.of(clock.instant()));
        } catch (IOException unreadable) {
            fail(unreadable);
        }
        thread.start();
    }

    /** Completes when the disk has it and the index shows it; exceptionally where the log has failed or is closed. */
    CompletableFuture<Void> append(CommandRecord record) {
        var append = new Append(record, new CompletableFuture<>());
        queue.add(append);
        if (closed && !thread.isAlive()) {
            refuseQueued();
        }
        return append.done;
    }

    /** Why nothing is written any more. */
    Optional<Exception> failure() {
        return Optional.ofNullable(failure);
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
    void close() {
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
