package org.perilune.embedded.host;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.tukaani.xz.XZInputStream;

/**
 * Servers' programs, unpacked from jars once for each version into a cache that homes share: it holds nothing but what
 * the jars hold, and may be deleted at any time nothing runs.
 */
public final class Binaries {
    private final Path cache;

    private Binaries(Path cache) {
        this.cache = cache;
    }

    /** In the user's cache folder, or below the home where that cannot be written. */
    public static Binaries cached(Path home) throws IOException {
        String configured = System.getenv("XDG_CACHE_HOME");
        Path user = configured != null && !configured.isBlank()
                ? Path.of(configured)
                : Path.of(System.getProperty("user.home", "."), ".cache");
        Path shared = user.resolve("perilune");
        try {
            Folders.makePrivate(shared);
            if (Files.isWritable(shared)) {
                return new Binaries(shared);
            }
        } catch (FileSystemException notOurs) {
            // No cache of the user's: the home has room.
        }
        Path own = home.resolve("programs");
        Folders.makePrivate(own);
        return new Binaries(own);
    }

    /** The folder that holds PostgreSQL's bin, lib and share. */
    public Path postgres(Platform platform) throws IOException {
        String archive = platform.postgresArchive();
        URL resource = resource(archive);
        return once("postgresql-" + size(resource), folder -> unpack(resource, folder));
    }

    public Path redis(Platform platform) throws IOException {
        URL resource = resource(platform.redisBinary());
        Path folder = once("redis-" + size(resource), fresh -> {
            Path program = fresh.resolve("redis-server");
            try (InputStream in = resource.openStream()) {
                Files.copy(in, program);
            }
            Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
        });
        return folder.resolve("redis-server");
    }

    private interface Filling {
        void fill(Path folder) throws IOException;
    }

    /** Fills beside and renames, so that a folder that is there is whole, whoever else does the same. */
    private Path once(String name, Filling filling) throws IOException {
        Path target = cache.resolve(name);
        if (Files.isDirectory(target)) {
            return target;
        }
        Path fresh = Files.createTempDirectory(cache, name);
        try {
            filling.fill(fresh);
            Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileSystemException race) {
            if (!Files.isDirectory(target)) {
                throw race;
            }
        } finally {
            Folders.delete(fresh);
        }
        return target;
    }

    private static void unpack(URL archive, Path folder) throws IOException {
        try (var tar = new TarArchiveInputStream(new XZInputStream(archive.openStream()))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                Path target = folder.resolve(entry.getName()).normalize();
                if (!target.startsWith(folder)) {
                    throw new IOException("The archive reaches outside itself: " + entry.getName());
                }
                if (entry.isDirectory()) {
                    Files.createDirectories(target);
                    continue;
                }
                Files.createDirectories(target.resolve("..").normalize());
                if (entry.isSymbolicLink()) {
                    Files.createSymbolicLink(target, Path.of(entry.getLinkName()));
                    continue;
                }
                Files.copy(tar, target, StandardCopyOption.REPLACE_EXISTING);
                boolean program = (entry.getMode() & 0100) != 0;
                Files.setPosixFilePermissions(
                        target, PosixFilePermissions.fromString(program ? "rwxr-xr-x" : "rw-r--r--"));
            }
        }
    }

    private static URL resource(String name) {
        URL resource = Binaries.class.getClassLoader().getResource(name);
        if (resource == null) {
            throw new BackendsException("The program " + name + " is not among Perilune's jars; build it again");
        }
        return resource;
    }

    /** Tells one version from another: two builds of a server never have the same length in bytes. */
    private static long size(URL resource) throws IOException {
        return resource.openConnection().getContentLengthLong();
    }
}
