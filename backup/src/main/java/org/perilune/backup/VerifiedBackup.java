package org.perilune.backup;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.function.Consumer;
import org.perilune.backup.target.BackupTarget;

/** A backup whose files are as they were written, and which this program understands. */
public final class VerifiedBackup {
    private final BackupTarget target;
    private final Manifest manifest;

    private VerifiedBackup(BackupTarget target, Manifest manifest) {
        this.target = target;
        this.manifest = manifest;
    }

    static VerifiedBackup of(BackupTarget target, Manifest manifest, Consumer<String> progress) {
        manifest.databases().forEach(DatabaseRestore::requireKnownMigrations);
        new Verification(target, manifest).run(progress);
        return new VerifiedBackup(target, manifest);
    }

    Manifest manifest() {
        return manifest;
    }

    /** What a person sees of it. */
    public Backups.Summary summary() {
        return Backups.Summary.of(manifest);
    }

    /** A file that is no part of a store; empty where the backup has none of the name. */
    public Optional<byte[]> extra(String path) {
        if (manifest.file(path).isEmpty()) {
            return Optional.empty();
        }
        try (InputStream in = open(path)) {
            return Optional.of(in.readAllBytes());
        } catch (IOException failure) {
            throw unreadable(failure);
        }
    }

    /** Uncompressed. */
    InputStream open(String path) throws IOException {
        return Archive.read(target, manifest.name(), path);
    }

    BackupException unreadable(IOException failure) {
        return new BackupException(
                "The backup " + manifest.name() + " cannot be read from " + target.description() + " any more: "
                        + failure + ". The stores are filled in part: run the same command again with --replace",
                failure);
    }
}
