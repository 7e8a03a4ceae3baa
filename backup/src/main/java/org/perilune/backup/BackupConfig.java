package org.perilune.backup;

import java.nio.file.Path;
import java.util.Optional;
import org.perilune.backup.target.BackupTarget;
import org.perilune.backup.target.FolderTarget;
import org.perilune.backup.target.S3Config;
import org.perilune.backup.target.S3Target;
import org.perilune.chassis.settings.Settings;

/**
 * Where backups go, how fast, and how long they stay.
 *
 * @param target a folder, or {@code s3://bucket/prefix}
 * @param megabytesPerSecond that are read of the stores at most; 0: as fast as it goes
 */
public record BackupConfig(
        Optional<String> target, int megabytesPerSecond, Retention retention, Optional<S3Config> s3) {
    private static final String S3 = "s3://";
    private static final int MEGABYTES_PER_SECOND = 8;

    /**
     * Reads {@code target}, {@code megabytes-per-second}, {@code keep}, {@code keep-days}, {@code s3.endpoint}, {@code
     * s3.region}, {@code s3.access-key} and {@code s3.secret-key} (or {@code -file}).
     */
    public static BackupConfig read(Settings in) {
        return new BackupConfig(
                in.optionalText("target"),
                in.integer("megabytes-per-second", MEGABYTES_PER_SECOND, 0, 10_000),
                new Retention(in.integer("keep", 0, 0, 100_000), in.integer("keep-days", 0, 0, 100_000)),
                S3Config.read(in.at("s3")));
    }

    /** The same with another target. */
    public BackupConfig at(String other) {
        return new BackupConfig(Optional.of(other), megabytesPerSecond, retention, s3);
    }

    BackupTarget open() {
        String where = target.orElseThrow(() -> new BackupException("Where backups are is not said: name a folder or"
                + " s3://bucket/prefix, here or as the setting backup.target"));
        if (!where.startsWith(S3)) {
            return new FolderTarget(Path.of(where));
        }
        String bucket = where.substring(S3.length());
        if (bucket.isEmpty() || bucket.startsWith("/")) {
            throw new BackupException(where + " names no bucket; it is s3://BUCKET/PREFIX");
        }
        S3Config account = s3.orElseThrow(() -> new BackupException("For " + where
                + " an account is needed: set backup.s3.access-key and backup.s3.secret-key-file, and"
                + " backup.s3.endpoint for another storage than Amazon's"));
        return S3Target.open(account, bucket);
    }
}
