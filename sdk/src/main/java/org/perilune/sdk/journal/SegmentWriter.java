package org.perilune.sdk.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes to the newest segment of a journal and begins another one where it is full, within the journal's limit. Used by
 * the writer's thread alone.
 */
final class SegmentWriter {
    private static final Logger LOG = LoggerFactory.getLogger(SegmentWriter.class);
    private static final int SMALLEST_SEGMENT_BYTES = 64 * 1024;
    private static final int LARGEST_SEGMENT_BYTES = 4 * 1024 * 1024;

    private final Journal journal;
    private final Path folder;
    private final long limitBytes;
    private final long segmentBytes;
    private final DiskReserve reserve;
    private volatile Runnable listener = () -> {};
    private @Nullable IOException failure;
    private Segment segment;

    /** @param done completes with the seq of the last frame when the disk has all of them */
    record Append(List<byte[]> frameBodies, long[] bookmarks, CompletableFuture<Long> done) {}

    SegmentWriter(Journal journal, Path folder, Segment segment, long limitBytes) {
        this.journal = journal;
        this.folder = folder;
        this.segment = segment;
        this.limitBytes = limitBytes;
        this.segmentBytes = Math.clamp(limitBytes / 16, SMALLEST_SEGMENT_BYTES, LARGEST_SEGMENT_BYTES);
        this.reserve = new DiskReserve(folder);
    }

    /** Keeps room for what must be written on a full disk. Before the first write. */
    void reserve() {
        try {
            reserve.take();
        } catch (IOException full) {
            LOG.warn("The disk has little room for the journal", full);
        }
    }

    /** What runs after every force, on the writer's thread. Any thread may set it. */
    void onCommit(Runnable runnable) {
        listener = runnable;
    }

    /** One force for all of them. */
    void write(List<Append> batch) {
        var written = new ArrayList<Append>();
        var lastSeqs = new ArrayList<Long>();
        long seq = segment.lastSeq();
        long bookmark = segment.bookmark();
        for (Append append : batch) {
            @Nullable IOException failed = failure;
            if (failed != null) {
                append.done().completeExceptionally(failed);
                continue;
            }
            try {
                ByteBuffer records = FrameRecords.encode(append.frameBodies(), append.bookmarks(), seq + 1);
                if (segment.writtenBytes() > SegmentFormat.HEADER_BYTES
                        && segment.writtenBytes() + records.remaining() > segmentBytes) {
                    commit(written, lastSeqs, seq, bookmark);
                    roll(seq, bookmark);
                }
                if (!fits(records.remaining(), seq, bookmark)) {
                    append.done()
                            .completeExceptionally(new JournalSpaceException(
                                    "The journal is full [limit: " + limitBytes + " bytes]", null));
                    continue;
                }
                segment.write(records);
                seq += append.frameBodies().size();
                bookmark = append.bookmarks()[append.bookmarks().length - 1];
                written.add(append);
                lastSeqs.add(seq);
            } catch (IOException full) {
                written.add(append);
                takeBack(full, written);
                makeRoom();
                written.clear();
                lastSeqs.clear();
                seq = segment.lastSeq();
                bookmark = segment.bookmark();
            }
        }
        try {
            commit(written, lastSeqs, seq, bookmark);
        } catch (IOException failed) {
            written.forEach(append -> append.done().completeExceptionally(failed));
        }
    }

    /** A frame may be sent, and its reporter may go on, only behind a force. */
    private void commit(List<Append> written, List<Long> lastSeqs, long seq, long bookmark) throws IOException {
        if (written.isEmpty()) {
            return;
        }
        try {
            segment.force();
        } catch (IOException failed) {
            // After a failed force the system may have dropped what it could not write: a second one proves nothing.
            failure = failed;
            throw failed;
        }
        segment.commit(seq, bookmark);
        for (int i = 0; i < written.size(); i++) {
            written.get(i).done().complete(lastSeqs.get(i));
        }
        written.clear();
        lastSeqs.clear();
        listener.run();
    }

    /** Nothing since the last force is kept: the disk is full, or it failed for good. */
    private void takeBack(IOException reason, List<Append> written) {
        try {
            if (failure == null) {
                segment.rewind();
            }
        } catch (IOException failed) {
            failed.addSuppressed(reason);
            failure = failed;
        }
        Exception answer = failure != null ? failure : new JournalSpaceException("The disk takes no more", reason);
        written.forEach(append -> append.done().completeExceptionally(answer));
    }

    /** On a full disk: lets go of a file whose frames are all settled, through the room kept for it. */
    private void makeRoom() {
        long seq = segment.lastSeq();
        if (failure != null || seq < segment.firstSeq() || journal.storedUpto() < seq) {
            return;
        }
        try {
            reserve.release();
            roll(seq, segment.bookmark());
            journal.deleteSettled();
            reserve.take();
        } catch (IOException still) {
            LOG.warn("The disk is full, and no room can be made", still);
        }
    }

    private void roll(long seq, long bookmark) throws IOException {
        segment = Segment.create(folder, journal.epoch(), seq + 1, bookmark);
        journal.add(segment);
    }

    private boolean fits(int bytes, long seq, long bookmark) throws IOException {
        if (occupied() + bytes <= limitBytes) {
            return true;
        }
        // What is settled but still in the file that is written to must not keep a new reading out.
        if (segment.lastSeq() == seq && seq > 0 && seq == journal.storedUpto() && seq >= segment.firstSeq()) {
            roll(seq, bookmark);
            journal.deleteSettled();
            return occupied() + bytes <= limitBytes;
        }
        return false;
    }

    private long occupied() {
        return journal.bytes() + segment.writtenBytes() - segment.durableBytes();
    }
}
