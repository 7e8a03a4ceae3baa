package org.perilune.launcher;

import java.time.Clock;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.perilune.backup.Amounts;
import org.perilune.backup.Backup;
import org.perilune.backup.BackupConfig;
import org.perilune.backup.Backups;
import org.perilune.backup.Retention;
import org.perilune.launcher.home.Home;
import org.perilune.launcher.home.Progress;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "backup",
        description = {
            "Copies what all services keep, while they run, into a folder or S3-compatible storage.",
            "Whoever can read a backup can read everything in it; it is written for its owner's eyes only."
        })
final class BackupCommand implements Callable<Integer> {
    private static final long MEGABYTE = 1_000_000;

    @Mixin
    private BackupOptions options = new BackupOptions();

    @ArgGroup
    private @Nullable Instead instead;

    /** Makes none. */
    static final class Instead {
        @Option(names = "--list", description = "Shows the complete backups, and makes none")
        private boolean list;

        @Option(
                names = "--verify",
                paramLabel = "NAME",
                arity = "0..1",
                fallbackValue = "",
                description = "Compares a backup, else the newest, with its check sums, and makes none")
        private @Nullable String verify;
    }

    @Option(
            names = "--keep",
            paramLabel = "N",
            description = "Afterwards deletes older ones but the newest N; else the setting backup.keep")
    private @Nullable Integer keep;

    @Option(
            names = "--keep-days",
            paramLabel = "DAYS",
            description = "Afterwards deletes those that are older, unless --keep keeps them; else backup.keep-days")
    private @Nullable Integer keepDays;

    @Override
    public Integer call() throws InterruptedException {
        BackupConfig config = options.config();
        var progress = new Progress(System.out);
        try (Backups backups = Backups.open(config, Clock.systemUTC())) {
            if (instead != null && instead.list) {
                list(backups);
            } else if (instead != null && instead.verify != null) {
                Optional<String> name = Optional.of(instead.verify).filter(text -> !text.isEmpty());
                Backups.Summary sound = backups.verified(name, progress::tell).summary();
                progress.tell("The backup " + sound.name() + " is as it was written");
            } else {
                make(backups, config, progress);
            }
        }
        return 0;
    }

    private void make(Backups backups, BackupConfig config, Progress progress) throws InterruptedException {
        Home home = options.home();
        Map<String, java.nio.file.Path> extras = options.isEmbedded()
                ? Map.of(BackupOptions.DEVICES, home.devices(), BackupOptions.FIRST_START, home.firstStart())
                : Map.of();
        var backup = new Backup(
                BackupOptions.accounts(options.ofServices()),
                extras,
                VersionCommand.version(),
                config.megabytesPerSecond() * MEGABYTE,
                Clock.systemUTC(),
                progress::tell);
        Backups.Summary made = backup.into(backups);
        progress.tell("The backup " + made.name()
                + " is complete: %,d rows, %s".formatted(made.rows(), Amounts.bytes(made.bytes())));
        Retention usual = config.retention();
        List<String> gone = backups.retain(
                new Retention(keep == null ? usual.newest() : keep, keepDays == null ? usual.days() : keepDays));
        gone.forEach(name -> progress.tell("Deleted the backup " + name));
    }

    private static void list(Backups backups) {
        List<Backups.Summary> complete = backups.complete();
        if (complete.isEmpty()) {
            System.out.println("There is no complete backup in " + backups.description());
            return;
        }
        System.out.printf("%-26s  %-20s  %8s  %12s  %14s  %s%n", "NAME", "BEGUN", "TOOK", "SIZE", "ROWS", "MADE BY");
        for (Backups.Summary one : complete) {
            System.out.printf(
                    "%-26s  %-20s  %6d s  %12s  %,14d  %s%n",
                    one.name(),
                    one.started().truncatedTo(ChronoUnit.SECONDS),
                    Duration.between(one.started(), one.finished()).toSeconds(),
                    Amounts.bytes(one.bytes()),
                    one.rows(),
                    one.program());
        }
    }
}
