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
import org.perilune.sdk.file.Checksum;
import org.perilune.sdk.file.DurableFile;

/**
 * One file of a journal: a header, then frames of one epoch with consecutive seqs.
 *
 * <pre>
 * header: magic int, epoch long, first seq long, bookmark before the first record long, CRC-32C of these int
 * record: length int, CRC-32C of the rest int, bookmark long, frame (a protobuf Frame)
 * </pre>
 *
 * The writer appends and forces; readers see what {@link #commit} has published.
 */
final class Segment {
    static final String SUFFIX = ".segment";
    static final int HEADER_BYTES = 32;
    static final int RECORD_OVERHEAD_BYTES = 16;
    private static final int MAGIC = 0x504C4A31; // PLJ1

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
            var header = ByteBuffer.allocate(HEADER_BYTES);
            header.putInt(MAGIC).putLong(epoch).putLong(firstSeq).putLong(bookmark);
            header.putInt(Checksum.of(header, 0, HEADER_BYTES - Integer.BYTES));
            DurableFile.writeFully(channel, header.flip());
            channel.force(true);
            DurableFile.forceFolder(folder);
        } catch (IOException failure) {
            channel.close();
            Files.deleteIfExists(path);
            throw failure;
        }
        var segment = new Segment(path, channel, epoch, firstSeq, bookmark);
        segment.writtenBytes = HEADER_BYTES;
        segment.durableBytes = HEADER_BYTES;
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
        if (buffer.limit() < HEADER_BYTES
                || buffer.getInt(0) != MAGIC
                || buffer.getInt(HEADER_BYTES - Integer.BYTES) != Checksum.of(buffer, 0, HEADER_BYTES - Integer.BYTES)) {
            throw new JournalAccessException("Not a journal segment: " + path.getFileName(), null);
        }
        var channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            var segment = new Segment(path, channel, buffer.getLong(4), buffer.getLong(12), buffer.getLong(20));
            int end = HEADER_BYTES;
            long seq = segment.lastSeq;
            while (true) {
                int length = wholeRecordAt(buffer, end);
                if (length < 0) {
                    break;
                }
                segment.bookmark = buffer.getLong(end + 8);
                end += 8 + length;
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

    private static int wholeRecordAt(ByteBuffer buffer, int at) {
        if (buffer.limit() - at < RECORD_OVERHEAD_BYTES) {
            return -1;
        }
        int length = buffer.getInt(at);
        if (length < Long.BYTES || length > buffer.limit() - at - 8) {
            return -1;
        }
        return buffer.getInt(at + 4) == Checksum.of(buffer, at + 8, length) ? length : -1;
    }

    /** Puts one record into the buffer, which has room for it. */
    static void encode(ByteBuffer into, long bookmark, byte[] seqField, byte[] frameBody) {
        int start = into.position();
        int length = Long.BYTES + seqField.length + frameBody.length;
        into.putInt(length).putInt(0).putLong(bookmark).put(seqField).put(frameBody);
        into.putInt(start + 4, Checksum.of(into, start + 8, length));
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
        ByteBuffer buffer = fill(offset, (int) Math.min(available, maxBytes + RECORD_OVERHEAD_BYTES));
        int needed = 8 + buffer.getInt(0);
        if (needed > buffer.limit()) {
            buffer = fill(offset, needed);
        }
        int at = 0;
        while (frames.size() < maxFrames && buffer.limit() - at >= RECORD_OVERHEAD_BYTES) {
            int length = buffer.getInt(at);
            if (length > buffer.limit() - at - 8) {
                break;
            }
            var frame = new byte[length - Long.BYTES];
            buffer.get(at + RECORD_OVERHEAD_BYTES, frame);
            frames.add(frame);
            at += 8 + length;
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
        long offset = HEADER_BYTES;
        var length = ByteBuffer.allocate(Integer.BYTES);
        long end = durableBytes;
        for (long at = firstSeq; at < seq && offset < end; at++) {
            length.clear();
            while (length.hasRemaining()) {
                if (channel.read(length, offset + length.position()) < 0) {
                    throw new IOException("The journal ends before its own end: " + path.getFileName());
                }
            }
            offset += 8 + length.getInt(0);
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
