package org.perilune.backup;

import java.nio.file.Path;
import java.util.Optional;
import org.perilune.chassis.settings.Settings;

/**
 * Where backups go, how fast, and how long they stay.
 *
 * @param target a folder, or {@code s3://bucket/prefix}
 * @param megabytesPerSecond that are read of the stores at most; 0: as fast as it goes
 */
public record BackupConfig(Optional<String> target, int megabytesPerSecond, Retention retention) {
    private static final int MEGABYTES_PER_SECOND = 8;

    /**
     * Reads {@code target}, {@code megabytes-per-second}, {@code keep} and {@code keep-days}.
     */
    public static BackupConfig read(Settings in) {
        return new BackupConfig(
                in.optionalText("target"),
                in.integer("megabytes-per-second", MEGABYTES_PER_SECOND, 0, 10_000),
                new Retention(in.integer("keep", 0, 0, 100_000), in.integer("keep-days", 0, 0, 100_000)));
    }

    /** The same with another target. */
    public BackupConfig at(String other) {
        return new BackupConfig(Optional.of(other), megabytesPerSecond, retention);
    }

    BackupTarget open() {
        String where = target.orElseThrow(() -> new BackupException("Where backups are is not said: name a folder or"
                + " s3://bucket/prefix, here or as the setting backup.target"));
        return new FolderTarget(Path.of(where));
    }
}
