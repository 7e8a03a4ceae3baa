package org.perilune.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.perilune.backup.Backups;
import org.perilune.backup.Restore;
import org.perilune.backup.VerifiedBackup;
import org.perilune.embedded.EmbeddedBackends;
import org.perilune.embedded.host.Folders;
import org.perilune.launcher.home.Home;
import org.perilune.launcher.home.LauncherException;
import org.perilune.launcher.home.Progress;
import org.perilune.launcher.home.StateFile;
import org.perilune.launcher.process.LaunchPlan;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "restore",
        description = {
            "Puts a backup into an empty home, or into the empty stores that settings name. The services must not run.",
            "Its check sums are compared before anything is changed."
        })
final class RestoreCommand implements Callable<Integer> {
    @Mixin
    private BackupOptions options = new BackupOptions();

    @Option(
            names = "--replace",
            description = {
                "Also where there are data: those of a home are moved aside within it and kept,",
                "those of stores that settings name are deleted"
            })
    private boolean replace;

    @Parameters(paramLabel = "NAME", arity = "0..1", description = "Of a backup; the newest where none is given")
    private @Nullable String name;

    @Override
    public Integer call() throws IOException {
        var progress = new Progress(System.out);
        Home home = options.home();
        StateFile.living(home).ifPresent(running -> {
            throw new LauncherException("Perilune runs in " + home.folder() + " (process " + running.pid()
                    + "); stop it with ./perilune down, then restore");
        });
        try (Backups backups = Backups.open(options.config(), Clock.systemUTC())) {
            VerifiedBackup backup = backups.verified(Optional.ofNullable(name), progress::tell);
            if (options.isEmbedded()) {
                intoHome(home, backup, progress);
            } else {
                new Restore(BackupOptions.accounts(options.user()), progress::tell).from(backup, replace);
            }
            progress.tell("The backup " + backup.summary().name() + " is restored, as of "
                    + backup.summary().started().truncatedTo(ChronoUnit.SECONDS));
        }
        System.out.println("""
                Start Perilune now. People log in with the passwords that they had. The flight log and its search are
                built from the log of events meanwhile; ./perilune status says when query is up.""");
        return 0;
    }

    private void intoHome(Home home, VerifiedBackup backup, Progress progress) throws IOException {
        LaunchPlan plan = LaunchPlan.read(home, options.user());
        List<Path> there = home.data();
        if (!there.isEmpty() && !replace) {
            throw new LauncherException("There are data in " + home.folder()
                    + " already. Nothing was changed; name an empty home with --home, or move these aside with"
                    + " --replace");
        }
        home.make();
        Folders.writePrivate(home.restoring(), backup.summary().name() + "\n");
        Optional<Path> aside = there.isEmpty() ? Optional.empty() : Optional.of(moveAside(home, there, progress));
        try (EmbeddedBackends backends = EmbeddedBackends.start(plan.backends(), progress::tell)) {
            new Restore(BackupOptions.accounts(plan.complete(backends.settings())), progress::tell).from(backup, false);
        }
        write(backup, BackupOptions.DEVICES, home.devices());
        write(backup, BackupOptions.FIRST_START, home.firstStart());
        Files.delete(home.restoring());
        aside.ifPresent(folder -> progress.tell("What was there before is in " + folder + "; delete it when you will"));
    }

    private static void write(VerifiedBackup backup, String extra, Path file) throws IOException {
        Optional<byte[]> content = backup.extra(extra);
        if (content.isPresent()) {
            Folders.writePrivate(file, content.get());
        }
    }

    private static Path moveAside(Home home, List<Path> there, Progress progress) throws IOException {
        Path aside = home.folder()
                .resolve("replaced-"
                        + Instant.now()
                                .truncatedTo(ChronoUnit.SECONDS)
                                .toString()
                                .replaceAll("[-:]", ""));
        progress.tell("Moving what is there to " + aside);
        Folders.makePrivate(aside);
        for (Path folder : there) {
            Files.move(folder, aside.resolve(folder.getFileName()));
        }
        return aside;
    }
}
