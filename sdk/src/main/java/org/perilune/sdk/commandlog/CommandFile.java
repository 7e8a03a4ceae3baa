package org.perilune.sdk.commandlog;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.perilune.sdk.file.DurableFile;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The file behind a command log; made at the first write. Not safe for use by several threads. */
final class CommandFile implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CommandFile.class);
    private static final long MAGIC = 0x504C_434F_4D4D_0001L; // PLCOMM 1
    private static final int BUFFER_BYTES = 256 * 1024;

    private final Path folder;
    private final Path path;
    private @Nullable FileChannel channel;
    private long writtenBytes;
    private long durableBytes;
    private boolean broken;

    /** Takes a record that is on disk. */
    interface Visitor {
        void visit(CommandRecord record) throws IOException;
    }

    private CommandFile(Path folder) {
        this.folder = folder;
        this.path = folder.resolve("commands.log");
    }

    /**
     * Reads what an earlier start left, and cuts behind the last whole record.
     *
     * @throws IOException also for a file that is none of ours
     */
    static CommandFile open(Path folder, Visitor visitor) throws IOException {
        var file = new CommandFile(folder);
        if (Files.exists(file.path)) {
            try {
                file.recover(visitor);
            } catch (IOException failure) {
                file.close();
                throw failure;
            }
        }
        return file;
    }

    private void recover(Visitor visitor) throws IOException {
        var opened = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
        channel = opened;
        long size = opened.size();
        long end;
        try (var arena = Arena.ofConfined()) {
            var bytes =
                    opened.map(FileChannel.MapMode.READ_ONLY, 0, size, arena).asByteBuffer();
            // It gets its name only when it is whole: what begins otherwise is not a log that was torn.
            if (bytes.remaining() < Long.BYTES || bytes.getLong() != MAGIC) {
                throw new IOException("Not a command log: " + path);
            }
            for (var record = CommandRecord.decode(bytes); record != null; record = CommandRecord.decode(bytes)) {
                visitor.visit(record);
            }
            end = bytes.position();
            if (CommandRecord.wholeAfter(bytes)) {
                // What is cut would be forgotten, and a command that it tells of could be done twice.
                throw new IOException("The command log is damaged at byte " + end + ": " + path
                        + "; move it aside when nothing that it tells of can be sent again");
            }
        }
        if (end < size) {
            LOG.warn("The command log has a torn tail, which is cut [bytes: {}]", size - end);
            opened.truncate(end);
            opened.force(true);
        }
        writtenBytes = end;
        durableBytes = end;
    }

    /** Writes behind what is written; nothing is kept for sure until {@link #force}. */
    void write(List<CommandRecord> records) throws IOException {
        if (channel == null) {
            replace(List.<CommandRecord>of().iterator());
        }
        writtenBytes = append(openChannel(), writtenBytes, records.iterator());
    }

    private static long append(FileChannel to, long at, Iterator<CommandRecord> records) throws IOException {
        long position = at;
        var buffer = ByteBuffer.allocate(BUFFER_BYTES);
        while (records.hasNext()) {
            var record = records.next();
            if (record.bytes() > buffer.remaining()) {
                position = drain(to, position, buffer);
                if (record.bytes() > buffer.capacity()) {
                    buffer = ByteBuffer.allocate(record.bytes());
                }
            }
            record.encode(buffer);
        }
        return drain(to, position, buffer);
    }

    private static long drain(FileChannel to, long at, ByteBuffer buffer) throws IOException {
        long position = at;
        buffer.flip();
        while (buffer.hasRemaining()) {
            position += to.write(buffer, position);
        }
        buffer.clear();
        return position;
    }

    void force() throws IOException {
        openChannel().force(false);
        durableBytes = writtenBytes;
    }

    /** Takes back what was written since the last force, after a failed write. */
    void rewind() throws IOException {
        if (channel != null) {
            channel.truncate(durableBytes);
            writtenBytes = durableBytes;
        }
    }

    /**
     * Puts a new file in this one's place, whole or not at all.
     *
     * @throws IOException the old one stands, unless this is {@link #broken}
     */
    void replace(Iterator<CommandRecord> records) throws IOException {
        Path temporary = folder.resolve("commands.log.new");
        var next = FileChannel.open(
                temporary,
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE);
        long end;
        try {
            var header = ByteBuffer.allocate(Long.BYTES).putLong(MAGIC);
            end = append(next, drain(next, 0, header), records);
            next.force(true);
            Files.move(temporary, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException failure) {
            next.close();
            Files.deleteIfExists(temporary);
            throw failure;
        }
        var old = channel;
        channel = next;
        writtenBytes = end;
        durableBytes = end;
        if (old != null) {
            old.close();
        }
        // Until the folder is forced a power loss may bring back the old file, without what comes after this.
        broken = true;
        DurableFile.forceFolder(folder);
        broken = false;
    }

    /** No more can be promised of it. */
    boolean broken() {
        return broken;
    }

    private FileChannel openChannel() throws IOException {
        if (channel == null) {
            throw new IOException("The command log is not open");
        }
        return channel;
    }

    long writtenBytes() {
        return writtenBytes;
    }

    @Override
    public void close() throws IOException {
        if (channel != null) {
            channel.close();
        }
    }
}
