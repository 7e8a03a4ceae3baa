package org.perilune.sdk.journal;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Frames on disk from when they are reported until they are stored for good. Only {@link #settle} makes room.
 *
 * <p>Safe for use by several threads, but {@link #next} by one reader with one cursor.
 */
public final class Journal implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Journal.class);
    private static final long SETTLED_EVERY_NANOS = 1_000_000_000;

    private final JournalFolder folder;
    private final long epoch;
    private final JournalWriter writer;

    private final JournalContents contents;
    private volatile long settledWrittenNanos = System.nanoTime();

    private Journal(
            JournalFolder folder, long epoch, List<Segment> segments, Map<Long, Long> settled, long limitBytes) {
        this.folder = folder;
        this.epoch = epoch;
        this.contents = new JournalContents(segments, settled);
        this.writer = new JournalWriter(this, folder.path(), segments.getLast(), limitBytes);
    }

    /**
     * Recovers what earlier starts left and begins a new epoch.
     *
     * @throws JournalAccessException if the folder is in use or cannot be used
     */
    public static Journal open(Path path, long limitBytes, Clock clock) {
        try {
            var folder = JournalFolder.open(path);
            try {
                List<Segment> segments = folder.recover();
                long bookmark = segments.isEmpty() ? 0 : segments.getLast().bookmark();
                long epoch = folder.nextEpoch(segments, clock);
                var settled = new TreeMap<>(folder.readSettled());
                // The bookmark must be in the new segment before an old one may go.
                segments.add(Segment.create(path, epoch, 1, bookmark));
                var journal = new Journal(folder, epoch, segments, settled, limitBytes);
                journal.deleteSettled();
                journal.writer.start();
                return journal;
            } catch (IOException | RuntimeException failure) {
                folder.close();
                throw failure;
            }
        } catch (IOException failure) {
            throw new JournalAccessException("The journal cannot be opened: " + path, failure);
        }
    }

    public long epoch() {
        return epoch;
    }

    /** What runs after every commit and settlement; it must be quick. Set before the first append. */
    public void onChange(Runnable listener) {
        writer.onCommit(listener);
    }

    /**
     * Appends and waits until the disk has it; appends of several threads share one force.
     *
     * @return the seq of the last frame
     * @throws JournalSpaceException if not all of it fits; then none of it is kept
     * @throws JournalAccessException if the disk failed, now or before
     */
    public long append(List<byte[]> frameBodies, long[] bookmarks) {
        return writer.append(frameBodies, bookmarks);
    }

    /** The number kept with the newest frame of any epoch; 0 at first. */
    public long bookmark() {
        return contents.newest().bookmark();
    }

    public long lastSeq() {
        return contents.newest().lastSeq();
    }

    /** Takes a full or rolled segment's successor. */
    void add(Segment segment) {
        contents.add(segment);
    }

    /**
     * Everything of the epoch up to and including the seq is stored for good. What was never written is ignored.
     *
     * @return whether that was news
     */
    public boolean settle(long settledEpoch, long upto) {
        if (!contents.settle(settledEpoch, upto)) {
            return false;
        }
        deleteSettled();
        if (System.nanoTime() - settledWrittenNanos > SETTLED_EVERY_NANOS) {
            writeSettled();
        }
        return true;
    }

    /** Deletes whole segments whose frames are all settled; never the one that is written to. */
    void deleteSettled() {
        for (Segment segment : contents.removeSettled()) {
            try {
                segment.delete();
            } catch (IOException failure) {
                LOG.warn("A settled journal segment cannot be deleted; its frames will be sent again", failure);
            }
        }
    }

    private void writeSettled() {
        settledWrittenNanos = System.nanoTime();
        try {
            folder.writeSettled(contents.settled());
        } catch (IOException failure) {
            LOG.warn(
                    "How far frames are stored cannot be noted; some will be sent again after a restart [reason: {}]",
                    failure.toString());
        }
    }

    public long storedUpto() {
        return contents.settledUpto(epoch);
    }

    public long unsettledFrames() {
        return contents.unsettledFrames();
    }

    public long bytes() {
        return contents.bytes();
    }

    /** At the oldest frame that is not settled. */
    public Cursor cursor() {
        return new Cursor(0, 0);
    }

    /** Whether the oldest frame that is not settled lies before the cursor, so that it has been read. */
    public boolean awaitsSettlement(Cursor cursor) {
        return contents.unsettledBefore(cursor.epoch, cursor.seq);
    }

    public boolean hasNext(Cursor cursor) {
        return locate(cursor) != null;
    }

    /** The segment with the first unsettled frame at or behind the cursor, which moves there. */
    private @Nullable Segment locate(Cursor cursor) {
        var place = contents.unsettledFrom(cursor.epoch, cursor.seq);
        if (place == null) {
            return null;
        }
        cursor.moveTo(place.segment(), place.seq());
        return place.segment();
    }

    /** The next frames of one epoch, or null if there are none; the cursor moves behind them. */
    @Nullable
    public Batch next(Cursor cursor, int maxFrames, int maxBytes) {
        while (true) {
            @Nullable Segment segment = locate(cursor);
            if (segment == null) {
                return null;
            }
            try {
                long offset = cursor.offset < 0 ? segment.offsetOf(cursor.seq) : cursor.offset;
                var chunk = segment.read(offset, maxFrames, maxBytes);
                long first = cursor.seq;
                cursor.seq += chunk.frames().size();
                cursor.offset = chunk.nextOffset();
                return new Batch(segment.epoch(), first, cursor.seq - 1, chunk.frames());
            } catch (ClosedChannelException deleted) {
                LOG.trace("A segment was settled while it was read [seq: {}]", cursor.seq);
            } catch (IOException failure) {
                throw new JournalAccessException("The journal cannot be read", failure);
            }
        }
    }

    @Override
    public void close() {
        writer.close();
        writeSettled();
        try {
            for (Segment segment : contents.segments()) {
                segment.close();
            }
            folder.close();
        } catch (IOException failure) {
            throw new JournalAccessException("The journal cannot be closed", failure);
        }
    }

    /** Frames of one epoch, first to last without a hole. */
    public record Batch(long epoch, long firstSeq, long lastSeq, List<byte[]> frames) {
        public Batch {
            frames = List.copyOf(frames);
        }
    }

    /** Where a reader is. Not safe for use by several threads. */
    public static final class Cursor {
        private long epoch;
        private long seq;
        private @Nullable Segment segment;
        private long offset = -1;

        private Cursor(long epoch, long seq) {
            this.epoch = epoch;
            this.seq = seq;
        }

        private void moveTo(Segment next, long from) {
            if (next != segment || from != seq) {
                segment = next;
                offset = -1;
            }
            epoch = next.epoch();
            seq = from;
        }
    }
}
