package org.perilune.backup;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.perilune.backup.target.BackupTarget;
import org.perilune.backup.target.NewFile;
import org.perilune.chassis.json.Json;

/** The files of one backup: compressed, summed up, and told of. Not safe for threads. */
final class Archive {
    private static final int BUFFER = 1 << 16;
    /** Level 1 takes a third of the time of the usual 6, for a tenth more bytes. */
    private static final int FAST = 1;

    private static final long TELL_EVERY_NANOS = 2_000_000_000;

    private final BackupTarget target;
    private final String folder;
    private final Pace pace;
    private final Consumer<String> progress;
    private final List<Manifest.File> files = new ArrayList<>();
    private long told = System.nanoTime();

    Archive(BackupTarget target, String folder, Pace pace, Consumer<String> progress) {
        this.target = target;
        this.folder = folder;
        this.pace = pace;
        this.progress = progress;
    }

    /** Writes what a file holds. */
    @FunctionalInterface
    interface Content {
        /** @return how many rows it has */
        long write(OutputStream out) throws IOException;
    }

    List<Manifest.File> files() {
        return List.copyOf(files);
    }

    /** A compressed file. */
    void write(String path, Content content) throws IOException {
        try (NewFile file = target.write(folder, path)) {
            var summing = new Summing(file);
            long rows;
            long plain;
            try (var compressed = new FastGzip(summing)) {
                var counted = new Counted(compressed, path);
                rows = content.write(counted);
                plain = counted.bytes;
            }
            file.commit();
            files.add(new Manifest.File(path, summing.bytes, Sums.text(summing.digest), rows));
            tell("%s: %,d rows, %s".formatted(path, rows, Amounts.bytes(plain)), plain > 0 && rows > 10_000);
        }
    }

    /** A small file that is no part of the manifest. */
    void writeJson(String path, Object value) throws IOException {
        try (NewFile file = target.write(folder, path)) {
            byte[] bytes = Json.mapper().writerWithDefaultPrettyPrinter().writeValueAsBytes(value);
            file.write(bytes, 0, bytes.length);
            file.commit();
        }
    }

    static InputStream read(BackupTarget target, String folder, String path) throws IOException {
        return new BufferedInputStream(new GZIPInputStream(target.read(folder, path), BUFFER), BUFFER);
    }

    private void tell(String sentence, boolean always) {
        long now = System.nanoTime();
        if (always || now - told > TELL_EVERY_NANOS) {
            told = now;
            progress.accept(sentence);
        }
    }

    private static final class FastGzip extends GZIPOutputStream {
        FastGzip(OutputStream out) throws IOException {
            super(out, BUFFER);
            def.setLevel(FAST);
        }
    }

    /** What is written, before it is compressed. */
    private final class Counted extends OutputStream {
        private final OutputStream next;
        private final String path;
        private long bytes;

        Counted(OutputStream next, String path) {
            this.next = next;
            this.path = path;
        }

        @Override
        public void write(int one) throws IOException {
            write(new byte[] {(byte) one}, 0, 1);
        }

        @Override
        public void write(byte[] part, int offset, int length) throws IOException {
            next.write(part, offset, length);
            bytes += length;
            pace.took(length);
            tell("%s: %s so far".formatted(path, Amounts.bytes(bytes)), false);
        }
    }

    /** What reaches the target. */
    private static final class Summing extends OutputStream {
        private final NewFile file;
        private final MessageDigest digest = Sums.sha256();
        private long bytes;

        Summing(NewFile file) {
            this.file = file;
        }

        @Override
        public void write(int one) throws IOException {
            write(new byte[] {(byte) one}, 0, 1);
        }

        @Override
        public void write(byte[] part, int offset, int length) throws IOException {
            file.write(part, offset, length);
            digest.update(part, offset, length);
            bytes += length;
        }
    }
}
