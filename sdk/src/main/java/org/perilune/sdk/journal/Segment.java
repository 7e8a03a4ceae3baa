package org.perilune.sdk.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.perilune.sdk.file.DurableFile;

/**
 * One file of a journal, as {@link SegmentFormat} says: frames of one epoch with consecutive seqs.
 *
 * <p>The writer appends and forces; readers see what {@link #commit} has published.
 */
final class Segment {
    static final String SUFFIX = ".segment";

    private final Path path;
    private final FileChannel channel;
    private final long epoch;
    private final long firstSeq;

    /** Written, perhaps not yet forced; the writer's own. */
    private long writtenBytes;

    private volatile long durableBytes;
    private volatile long lastSeq;
    private volatile long bookmark;

    private Segment(Path path, FileChannel channel, long epoch, long firstSeq, long bookmark) {
        this.path = path;
        this.channel = channel;
        this.epoch = epoch;
        this.firstSeq = firstSeq;
        this.lastSeq = firstSeq - 1;
        this.bookmark = bookmark;
    }

    static String fileName(long epoch, long firstSeq) {
        return "%016x-%016x%s".formatted(epoch, firstSeq, SUFFIX);
    }

    /** A new and empty segment, durable when this returns. */
    static Segment create(Path folder, long epoch, long firstSeq, long bookmark) throws IOException {
        Path path = folder.resolve(fileName(epoch, firstSeq));
        var channel = FileChannel.open(
                path, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            DurableFile.writeFully(channel, SegmentFormat.header(epoch, firstSeq, bookmark));
            channel.force(true);
            DurableFile.forceFolder(folder);
        } catch (IOException failure) {
            channel.close();
            Files.deleteIfExists(path);
            throw failure;
        }
        var segment = new Segment(path, channel, epoch, firstSeq, bookmark);
        segment.writtenBytes = SegmentFormat.HEADER_BYTES;
        segment.durableBytes = SegmentFormat.HEADER_BYTES;
        return segment;
    }

    /**
     * What an earlier start left, cut behind its last whole record. A record was whole and forced before anybody was
     * told that it is kept, so only what nobody relies on is cut.
     *
     * @throws JournalAccessException if even the header cannot be read
     */
    static Segment recover(Path path) throws IOException {
        var buffer = ByteBuffer.wrap(Files.readAllBytes(path));
        if (!SegmentFormat.hasHeader(buffer)) {
            throw new JournalAccessException("Not a journal segment: " + path.getFileName(), null);
        }
        var channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            var segment = new Segment(
                    path,
                    channel,
                    SegmentFormat.epoch(buffer),
                    SegmentFormat.firstSeq(buffer),
                    SegmentFormat.firstBookmark(buffer));
            int end = SegmentFormat.HEADER_BYTES;
            long seq = segment.lastSeq;
            while (true) {
                int length = SegmentFormat.wholeRecordAt(buffer, end);
                if (length < 0) {
                    break;
                }
                segment.bookmark = SegmentFormat.bookmarkAt(buffer, end);
                end += SegmentFormat.PREFIX_BYTES + length;
                seq++;
            }
            if (end < buffer.limit()) {
                channel.truncate(end);
                channel.force(true);
            }
            segment.writtenBytes = end;
            segment.lastSeq = seq;
            segment.durableBytes = end;
            return segment;
        } catch (IOException failure) {
            channel.close();
            throw failure;
        }
    }

    /** Writes behind what is written; nothing is kept for sure until {@link #force}. */
    void write(ByteBuffer records) throws IOException {
        long at = writtenBytes;
        while (records.hasRemaining()) {
            at += channel.write(records, at);
        }
        writtenBytes = at;
    }

    /** Takes back what was written since the last force. */
    void rewind() throws IOException {
        channel.truncate(durableBytes);
        writtenBytes = durableBytes;
    }

    void force() throws IOException {
        channel.force(false);
    }

    /** After a force: shows readers what was written. */
    void commit(long newLastSeq, long newBookmark) {
        bookmark = newBookmark;
        lastSeq = newLastSeq;
        durableBytes = writtenBytes;
    }

    /**
     * Frames from an offset on, at least one if there is one.
     *
     * @throws ClosedChannelException if the segment was deleted meanwhile
     */
    Chunk read(long offset, int maxFrames, int maxBytes) throws IOException {
        long available = durableBytes - offset;
        var frames = new ArrayList<byte[]>();
        if (available <= 0) {
            return new Chunk(frames, offset);
        }
        ByteBuffer buffer = fill(offset, (int) Math.min(available, maxBytes + SegmentFormat.RECORD_OVERHEAD_BYTES));
        int needed = SegmentFormat.PREFIX_BYTES + buffer.getInt(0);
        if (needed > buffer.limit()) {
            buffer = fill(offset, needed);
        }
        int at = 0;
        while (frames.size() < maxFrames && buffer.limit() - at >= SegmentFormat.RECORD_OVERHEAD_BYTES) {
            int length = buffer.getInt(at);
            if (length > buffer.limit() - at - SegmentFormat.PREFIX_BYTES) {
                break;
            }
            var frame = new byte[length - Long.BYTES];
            buffer.get(at + SegmentFormat.RECORD_OVERHEAD_BYTES, frame);
            frames.add(frame);
            at += SegmentFormat.PREFIX_BYTES + length;
        }
        return new Chunk(frames, offset + at);
    }

    private ByteBuffer fill(long offset, int bytes) throws IOException {
        var buffer = ByteBuffer.allocate(bytes);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, offset + buffer.position()) < 0) {
                throw new IOException("The journal ends before its own end: " + path.getFileName());
            }
        }
        return buffer.flip();
    }

    /** The offset of a seq at or behind the segment's first; the end, if it has not come yet. */
    long offsetOf(long seq) throws IOException {
        long offset = SegmentFormat.HEADER_BYTES;
        var length = ByteBuffer.allocate(Integer.BYTES);
        long end = durableBytes;
        for (long at = firstSeq; at < seq && offset < end; at++) {
            length.clear();
            while (length.hasRemaining()) {
                if (channel.read(length, offset + length.position()) < 0) {
                    throw new IOException("The journal ends before its own end: " + path.getFileName());
                }
            }
            offset += SegmentFormat.PREFIX_BYTES + length.getInt(0);
        }
        return offset;
    }

    void close() throws IOException {
        channel.close();
    }

    void delete() throws IOException {
        channel.close();
        Files.deleteIfExists(path);
    }

    long epoch() {
        return epoch;
    }

    long firstSeq() {
        return firstSeq;
    }

    long lastSeq() {
        return lastSeq;
    }

    long bookmark() {
        return bookmark;
    }

    long writtenBytes() {
        return writtenBytes;
    }

    long durableBytes() {
        return durableBytes;
    }

    /** Frames as they go over the wire, and where the next one begins. */
    record Chunk(List<byte[]> frames, long nextOffset) {
        Chunk {
            frames = List.copyOf(frames);
        }
    }
}
