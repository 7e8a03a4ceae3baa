package org.perilune.backup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.perilune.backup.target.BackupTarget;

/**
 * Makes one backup while the services run. The order of reading is what makes it lose nothing that was acknowledged
 * before it began; docs/operations.md says why.
 */
public final class Backup {
    private static final Duration LOG_LIMIT = Duration.ofSeconds(60);

    private final StoreAccounts accounts;
    private final Map<String, Path> extras;
    private final String program;
    private final long bytesPerSecond;
    private final Clock clock;
    private final Consumer<String> progress;

    /**
     * @param extras files beside the stores by the names that they have in the backup; those that are missing are left
     *     out
     * @param program version that makes it
     * @param bytesPerSecond as much is read of the stores at most; 0: as fast as it goes
     * @param progress is told one sentence a step
     */
    public Backup(
            StoreAccounts accounts,
            Map<String, Path> extras,
            String program,
            long bytesPerSecond,
            Clock clock,
            Consumer<String> progress) {
        this.accounts = accounts;
        this.extras = new TreeMap<>(extras);
        this.program = program;
        this.bytesPerSecond = bytesPerSecond;
        this.clock = clock;
        this.progress = progress;
    }

    /** @throws BackupException where it could not be made; what was written of it is no backup, and goes with the next */
    public Backups.Summary into(Backups backups) throws InterruptedException {
        BackupTarget target = backups.target();
        backups.cleanUp()
                .forEach(name -> progress.accept("Deleted what an interrupted backup had left behind: " + name));
        Instant started = clock.instant();
        String name = backups.newName(started);
        progress.accept("Backup " + name + " into " + target.description());
        var archive = new Archive(target, name, new Pace(bytesPerSecond), progress);
        try {
            archive.writeJson(Begun.FILE, Begun.here(started));
            Manifest manifest = copy(archive, name, started);
            archive.writeJson(Manifest.FILE, manifest);
            return Backups.Summary.of(manifest);
        } catch (IOException failure) {
            throw new BackupException(
                    "The backup could not be written into " + target.description() + ": " + failure
                            + ". Earlier backups are as they were; what was written of this one is deleted by the next",
                    failure);
        }
    }

    private Manifest copy(Archive archive, String name, Instant started) throws IOException, InterruptedException {
        var notes = new ArrayList<String>();
        for (Map.Entry<String, Path> extra : extras.entrySet()) {
            if (Files.exists(extra.getValue())) {
                archive.write(extra.getKey(), out -> {
                    Files.copy(extra.getValue(), out);
                    return 0;
                });
            }
        }
        // What leaves Redis from now on is in PostgreSQL, which is read later: in one of them, or in both.
        archive.write(Manifest.STREAMS, new RedisStreams(accounts.redis())::copyTo);
        // A document tells of commands that the dispatcher has, and of events that are published: both are read later.
        var collections = new ArrayList<Manifest.Table>();
        for (String service : new TreeMap<>(accounts.mongodb()).keySet()) {
            collections.addAll(accounts.collections(service).copyTo(archive));
        }
        awaitLog(name, notes);
        List<Manifest.Database> databases = copyDatabases(archive);
        return new Manifest(
                Manifest.FORMAT,
                name,
                program,
                started,
                clock.instant(),
                databases,
                collections,
                archive.files(),
                notes);
    }

    private void awaitLog(String name, List<String> notes) throws InterruptedException {
        for (ServiceDatabase database : accounts.databases()) {
            if (EventMarker.isOf(database.service())
                    && !new EventMarker(database, clock).passesWithin(name, LOG_LIMIT)) {
                String note = "The log of events did not follow within " + LOG_LIMIT.toSeconds()
                        + " s, as when event-bus or the AMQP broker is away: events of the timeline that it had not"
                        + " taken yet are missing from it";
                notes.add(note);
                progress.accept(note);
            }
        }
    }

    /** All snapshots first, within some milliseconds; then the small ones before the large one, to let go of them. */
    private List<Manifest.Database> copyDatabases(Archive archive) throws IOException {
        var snapshots = new ArrayList<DatabaseSnapshot>();
        try {
            for (ServiceDatabase database : accounts.databases()) {
                snapshots.add(DatabaseSnapshot.open(database));
            }
            snapshots.forEach(DatabaseSnapshot::take);
            progress.accept("PostgreSQL is copied as it is now");
            snapshots.sort(java.util.Comparator.comparingLong(DatabaseSnapshot::bytes));
            var copied = new ArrayList<Manifest.Database>();
            for (DatabaseSnapshot snapshot : snapshots) {
                copied.add(snapshot.copyTo(archive));
            }
            return copied;
        } finally {
            snapshots.forEach(DatabaseSnapshot::close);
        }
    }
}
