package org.perilune.backup;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.zip.GZIPOutputStream;
import org.perilune.backup.target.BackupTarget;
import org.perilune.backup.target.NewFile;
import org.perilune.chassis.json.Json;

/** The backups at a target. */
public final class Backups implements AutoCloseable {
    /** Nothing else at the target is ever looked into or deleted. */
    private static final Pattern NAME = Pattern.compile("perilune-[0-9]{8}T[0-9]{6}Z");

    private static final String EXPORTS = "exports";

    private final BackupTarget target;
    private final Clock clock;

    Backups(BackupTarget target, Clock clock) {
        this.target = target;
        this.clock = clock;
    }

    /** @throws BackupException where the target is no folder and no {@code s3://bucket/prefix} */
    public static Backups open(BackupConfig config, Clock clock) {
        return new Backups(config.open(), clock);
    }

    /** One that is complete. */
    public record Summary(String name, String program, Instant started, Instant finished, long bytes, long rows) {
        static Summary of(Manifest manifest) {
            return new Summary(
                    manifest.name(),
                    manifest.program(),
                    manifest.started(),
                    manifest.finished(),
                    manifest.bytes(),
                    manifest.rows());
        }
    }

    BackupTarget target() {
        return target;
    }

    /** For people. */
    public String description() {
        return target.description();
    }

    /** Complete ones, oldest first. */
    public List<Summary> complete() {
        return manifests().stream().map(Summary::of).toList();
    }

    /**
     * One whose files were compared with their check sums, which reads all of it.
     *
     * @param name the newest where none is given
     * @throws BackupException where it is damaged, or newer than this program
     */
    public VerifiedBackup verified(Optional<String> name, Consumer<String> progress) {
        return VerifiedBackup.of(target, manifest(name), progress);
    }

    /**
     * Deletes complete backups but those that are to stay, and never the newest.
     *
     * @return the names of those that are gone
     */
    public List<String> retain(Retention retention) {
        List<Manifest> all = manifests();
        List<String> gone = retention.superfluous(all, clock.instant()).stream()
                .map(Manifest::name)
                .toList();
        gone.forEach(this::delete);
        return gone;
    }

    /**
     * Deletes what interrupted backups left behind.
     *
     * @return the names of those
     */
    public List<String> cleanUp() {
        var gone = new ArrayList<String>();
        try {
            for (String folder : ours()) {
                if (!target.files(folder).contains(Manifest.FILE) && !isBeingMade(folder)) {
                    delete(folder);
                    gone.add(folder);
                }
            }
        } catch (IOException failure) {
            throw unreadable(failure);
        }
        return gone;
    }

    private boolean isBeingMade(String folder) throws IOException {
        try (InputStream in = target.read(folder, Begun.FILE)) {
            return Json.tolerant()
                    .forType(Begun.class)
                    .<Begun>readValue(in.readAllBytes())
                    .mayGoOn(clock.instant());
        } catch (NoSuchFileException nobody) {
            return false;
        }
    }

    /**
     * Puts a file beside the backups, into the folder {@code exports}, compressed. It is there once all of it is.
     *
     * @param file its name, ending with {@code .gz}
     * @return bytes before they were compressed
     */
    public long export(String file, InputStream content) throws IOException {
        try (NewFile written = target.write(EXPORTS, file)) {
            // Not closed: that would close the file before it is committed.
            var compressed = new GZIPOutputStream(written);
            long bytes = content.transferTo(compressed);
            compressed.finish();
            written.commit();
            return bytes;
        }
    }

    /** The newest where none is named. */
    Manifest manifest(Optional<String> name) {
        if (name.isPresent()) {
            try {
                return read(name.get());
            } catch (NoSuchFileException missing) {
                throw new BackupException(
                        "There is no complete backup " + name.get() + " in " + target.description()
                                + "; ./perilune backup --list shows them",
                        missing);
            } catch (IOException failure) {
                throw unreadable(failure);
            }
        }
        List<Manifest> all = manifests();
        if (all.isEmpty()) {
            throw new BackupException("There is no complete backup in " + target.description());
        }
        return all.getLast();
    }

    /** Of the time; there is none of this name yet. */
    String newName(Instant now) {
        try {
            Instant time = now;
            while (target.folders().contains(nameOf(time))) {
                time = time.plus(Duration.ofSeconds(1));
            }
            return nameOf(time);
        } catch (IOException failure) {
            throw unreadable(failure);
        }
    }

    private static String nameOf(Instant time) {
        return "perilune-" + time.toString().replaceAll("\\.[0-9]+", "").replaceAll("[-:]", "");
    }

    private List<String> ours() throws IOException {
        return target.folders().stream()
                .filter(name -> NAME.matcher(name).matches())
                .toList();
    }

    private List<Manifest> manifests() {
        var found = new ArrayList<Manifest>();
        try {
            for (String folder : ours()) {
                try {
                    found.add(read(folder));
                } catch (NoSuchFileException incomplete) {
                    // It is being made, or was interrupted.
                }
            }
        } catch (IOException failure) {
            throw unreadable(failure);
        }
        return found;
    }

    private Manifest read(String name) throws IOException {
        if (!NAME.matcher(name).matches()) {
            throw new NoSuchFileException(name);
        }
        byte[] bytes;
        try (InputStream in = target.read(name, Manifest.FILE)) {
            bytes = in.readAllBytes();
        }
        try {
            int format = Json.mapper().readTree(bytes).path("format").asInt(0);
            if (format > Manifest.FORMAT) {
                String program = Json.mapper().readTree(bytes).path("program").asText("unknown");
                throw new BackupException("The backup " + name + " was made by a newer Perilune (" + program
                        + "), and this one cannot read its form; use that version. Nothing was changed");
            }
            return Json.tolerant().forType(Manifest.class).readValue(bytes);
        } catch (com.fasterxml.jackson.core.JacksonException | NullPointerException damaged) {
            throw new BackupException(
                    "The manifest of the backup " + name + " is damaged; choose another with its name", damaged);
        }
    }

    /** The manifest goes first: from then on it is no backup. */
    private void delete(String folder) {
        try {
            target.delete(folder, Manifest.FILE);
            for (String path : target.files(folder)) {
                if (!path.equals(Begun.FILE)) {
                    target.delete(folder, path);
                }
            }
            target.delete(folder, Begun.FILE);
            target.deleteFolder(folder);
        } catch (IOException failure) {
            throw new BackupException(
                    "The backup " + folder + " could not be deleted from " + target.description() + ": " + failure
                            + "; the next backup tries again",
                    failure);
        }
    }

    private BackupException unreadable(IOException failure) {
        return new BackupException(target.description() + " cannot be read: " + failure, failure);
    }

    @Override
    public void close() {
        target.close();
    }
}
