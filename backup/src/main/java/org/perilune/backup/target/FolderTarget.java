package org.perilune.backup.target;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;

/** A folder of this machine; backups in it are their owner's only. */
public final class FolderTarget implements BackupTarget {
    private static final String UNFINISHED = ".part";
    private static final FileAttribute<?> OWNERS_FOLDER =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    private static final FileAttribute<?> OWNERS_FILE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private final Path root;

    public FolderTarget(Path root) {
        this.root = root.toAbsolutePath().normalize();
    }

    @Override
    public String description() {
        return root.toString();
    }

    @Override
    public SortedSet<String> folders() throws IOException {
        if (!Files.isDirectory(root)) {
            return new TreeSet<>();
        }
        var names = new TreeSet<String>();
        try (Stream<Path> children = Files.list(root)) {
            children.filter(Files::isDirectory)
                    .forEach(child -> names.add(child.getFileName().toString()));
        }
        return names;
    }

    @Override
    public SortedSet<String> files(String folder) throws IOException {
        Path within = root.resolve(folder);
        var paths = new TreeSet<String>();
        if (!Files.isDirectory(within)) {
            return paths;
        }
        try (Stream<Path> found = Files.walk(within)) {
            found.filter(Files::isRegularFile)
                    .forEach(file -> paths.add(within.relativize(file).toString()));
        }
        return paths;
    }

    @Override
    public NewFile write(String folder, String path) throws IOException {
        Path file = root.resolve(folder).resolve(path);
        Path parent = Objects.requireNonNull(file.getParent());
        Files.createDirectories(parent, OWNERS_FOLDER);
        Path unfinished = parent.resolve(file.getFileName() + UNFINISHED);
        Files.deleteIfExists(unfinished);
        FileChannel channel = FileChannel.open(unfinished, Set.of(CREATE, TRUNCATE_EXISTING, WRITE), OWNERS_FILE);
        return new Written(channel, unfinished, file, parent);
    }

    private static final class Written extends NewFile {
        private final FileChannel channel;
        private final Path unfinished;
        private final Path file;
        private final Path parent;

        Written(FileChannel channel, Path unfinished, Path file, Path parent) {
            this.channel = channel;
            this.unfinished = unfinished;
            this.file = file;
            this.parent = parent;
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            var left = ByteBuffer.wrap(bytes, offset, length);
            while (left.hasRemaining()) {
                channel.write(left);
            }
        }

        @Override
        public void commit() throws IOException {
            channel.force(true);
            channel.close();
            Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            // The new name is on disk only when its folder is.
            try (var folder = FileChannel.open(parent, READ)) {
                folder.force(true);
            }
        }

        @Override
        public void close() throws IOException {
            channel.close();
            Files.deleteIfExists(unfinished);
        }
    }

    @Override
    public InputStream read(String folder, String path) throws IOException {
        return Files.newInputStream(root.resolve(folder).resolve(path));
    }

    @Override
    public void delete(String folder, String path) throws IOException {
        Files.deleteIfExists(root.resolve(folder).resolve(path));
    }

    @Override
    public void deleteFolder(String folder) throws IOException {
        Path within = root.resolve(folder);
        if (!Files.isDirectory(within)) {
            return;
        }
        try (Stream<Path> found = Files.walk(within)) {
            for (Path empty : found.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(empty);
            }
        }
    }

    @Override
    public void close() {
        // Nothing is held open.
    }
}
