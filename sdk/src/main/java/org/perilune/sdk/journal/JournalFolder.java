package org.perilune.sdk.journal;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.perilune.sdk.file.DurableFile;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The files of a journal beside its frames: the lock, the count of starts, and how far frames are stored. */
final class JournalFolder implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(JournalFolder.class);
    private static final long COUNTING_SINCE =
            Instant.parse("2020-01-01T00:00:00Z").getEpochSecond();

    private final Path path;
    private final FileChannel lockFile;
    private final FileLock lock;

    private JournalFolder(Path path, FileChannel lockFile, FileLock lock) {
        this.path = path;
        this.lockFile = lockFile;
        this.lock = lock;
    }

    /** @throws JournalAccessException if another device, here or in another process, has the folder */
    static JournalFolder open(Path path) throws IOException {
        Files.createDirectories(path);
        var lockFile = FileChannel.open(path.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            @Nullable FileLock lock = lockFile.tryLock();
            if (lock != null) {
                return new JournalFolder(path, lockFile, lock);
            }
        } catch (OverlappingFileLockException heldHere) {
            // The same answer as for a holder in another process.
        } catch (IOException failure) {
            lockFile.close();
            throw failure;
        }
        lockFile.close();
        throw new JournalAccessException("The journal is in use by another device: " + path, null);
    }

    Path path() {
        return path;
    }

    /**
     * What earlier starts left, oldest first, each epoch without holes. A file that cannot be read is put aside, not
     * deleted; what it held, if it held anything, is made good by {@link JournalRepair}.
     */
    List<Segment> recover() throws IOException {
        List<Path> files;
        try (var listing = Files.list(path)) {
            files = listing.filter(file -> file.getFileName().toString().endsWith(Segment.SUFFIX))
                    .toList();
        }
        var segments = new ArrayList<Segment>();
        var repair = new JournalRepair(path);
        for (Path file : files) {
            try {
                segments.add(Segment.recover(file));
            } catch (JournalAccessException unreadable) {
                LOG.warn("A journal segment has no valid header and is put aside [file: {}]", file);
                Files.move(file, file.resolveSibling(file.getFileName() + ".unreadable"));
                repair.unreadable(file);
            }
        }
        return repair.withoutHoles(segments);
    }

    /**
     * A new epoch, greater than every one before: a count of starts above 32 random bits. A folder without a count
     * begins at the minutes since 2020, so that a device whose disk was replaced does not fall behind its own past.
     */
    long nextEpoch(List<Segment> segments, Clock clock) throws IOException {
        Path file = path.resolve("starts");
        long past = segments.isEmpty() ? 0 : segments.getLast().epoch() >>> 32;
        if (Files.exists(file)) {
            try {
                past = Math.max(past, Long.parseLong(Files.readString(file).strip()));
            } catch (NumberFormatException unreadable) {
                LOG.warn("The count of starts cannot be read and is made anew [file: {}]", file);
            }
        }
        if (past == 0) {
            past = Math.max(0, (clock.instant().getEpochSecond() - COUNTING_SINCE) / 60);
        }
        long count = past + 1;
        DurableFile.write(file, count + "\n");
        return (count << 32) | Integer.toUnsignedLong(new SecureRandom().nextInt());
    }

    /** Stored up to, by epoch. Lost lines only make frames be sent again. */
    Map<Long, Long> readSettled() throws IOException {
        var settled = new TreeMap<Long, Long>();
        Path file = path.resolve("settled");
        if (!Files.exists(file)) {
            return settled;
        }
        for (String line : Files.readAllLines(file)) {
            String[] words = line.split(" ", -1);
            try {
                settled.put(Long.parseUnsignedLong(words[0], 16), Long.parseLong(words[1]));
            } catch (NumberFormatException | ArrayIndexOutOfBoundsException torn) {
                LOG.debug("A line of the settled file is torn [line: {}]", line);
            }
        }
        return settled;
    }

    /** Not forced: see {@link #readSettled}. A line that is torn in two must not read as a larger number. */
    void writeSettled(Map<Long, Long> settled) throws IOException {
        var lines = new ArrayList<String>();
        settled.forEach((epoch, upto) -> lines.add("%016x %d".formatted(epoch, upto)));
        Path temporary = path.resolve("settled.new");
        Files.write(temporary, lines);
        Files.move(
                temporary,
                path.resolve("settled"),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }

    @Override
    public void close() throws IOException {
        try (lockFile) {
            lock.release();
        }
    }
}
