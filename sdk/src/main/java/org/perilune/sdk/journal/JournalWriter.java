package org.perilune.sdk.journal;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;
import org.perilune.sdk.journal.SegmentWriter.Append;

/**
 * The queue before a journal, and the one thread that writes. What arrived while it forced goes with the next force. A thread of its own,
 * because a file channel closes when a thread that is interrupted touches it.
 */
final class JournalWriter {
    private static final int MAX_FRAMES_PER_FORCE = 10_000;

    private final Journal journal;
    private final SegmentWriter segments;
    private final LinkedBlockingQueue<Append> queue = new LinkedBlockingQueue<>();
    private final Thread thread;
    private volatile boolean closed;

    JournalWriter(Journal journal, Path folder, Segment segment, long limitBytes) {
        this.journal = journal;
        this.segments = new SegmentWriter(journal, folder, segment, limitBytes);
        this.thread = Thread.ofVirtual().name("journal-writer").unstarted(this::run);
    }

    void start() {
        segments.reserve();
        thread.start();
    }

    void onCommit(Runnable runnable) {
        segments.onCommit(runnable);
    }

    long append(List<byte[]> frameBodies, long[] bookmarks) {
        if (frameBodies.isEmpty()) {
            return journal.lastSeq();
        }
        var append = new Append(frameBodies, bookmarks, new CompletableFuture<>());
        queue.add(append);
        if (closed && !thread.isAlive()) {
            refuseQueued();
        }
        try {
            return append.done().join();
        } catch (CompletionException failed) {
            throw switch (failed.getCause()) {
                // Made anew, so that the trace shows the caller too.
                case JournalSpaceException full -> new JournalSpaceException(String.valueOf(full.getMessage()), full);
                case null, default -> new JournalAccessException("The reading could not be kept", failed.getCause());
            };
        }
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
            int frames = batch.getFirst().frameBodies().size();
            while (frames < MAX_FRAMES_PER_FORCE) {
                @Nullable Append another = queue.poll();
                if (another == null) {
                    break;
                }
                batch.add(another);
                frames += another.frameBodies().size();
            }
            boolean last =
                    batch.stream().anyMatch(append -> append.frameBodies().isEmpty());
            batch.removeIf(append -> append.frameBodies().isEmpty());
            segments.write(batch);
            batch.clear();
            if (last) {
                return;
            }
        }
    }

    private void refuseQueued() {
        for (@Nullable Append late = queue.poll(); late != null; late = queue.poll()) {
            late.done().completeExceptionally(new IOException("The journal is closed"));
        }
    }

    /** Finishes what was appended before. */
    void close() {
        closed = true;
        queue.add(new Append(List.of(), new long[0], new CompletableFuture<>()));
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
    }
}
