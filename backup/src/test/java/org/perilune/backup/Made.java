package org.perilune.backup;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.perilune.backup.target.BackupTarget;

/** Backups of nothing much, as the real ones lie at a target. */
final class Made {
    static final String FILE = "postgresql/posts/public.thing.copy.gz";

    private Made() {}

    static String complete(BackupTarget target, Instant at) throws IOException {
        return complete(target, at, Manifest.FORMAT, "V1__posts.sql");
    }

    static String complete(BackupTarget target, Instant at, int format, String migration) throws IOException {
        String name = begun(target, at, Begun.here(at));
        var archive = new Archive(target, name, new Pace(0), sentence -> {});
        archive.write(FILE, out -> {
            out.write("a row".getBytes(StandardCharsets.UTF_8));
            return 1;
        });
        var table = new Manifest.Table("posts", "public", "thing", List.of("id"), Optional.of(FILE));
        var database = new Manifest.Database(
                "posts", List.of(new Manifest.Migration("1", migration)), List.of(table), List.of());
        archive.writeJson(
                Manifest.FILE,
                new Manifest(
                        format,
                        name,
                        "0.1",
                        at,
                        at.plus(Duration.ofSeconds(1)),
                        List.of(database),
                        List.of(),
                        archive.files(),
                        List.of()));
        return name;
    }

    /** One without a manifest. */
    static String begun(BackupTarget target, Instant at, Begun by) throws IOException {
        String name = new Backups(target, java.time.Clock.systemUTC()).newName(at);
        var archive = new Archive(target, name, new Pace(0), sentence -> {});
        archive.writeJson(Begun.FILE, by);
        archive.write("postgresql/crew/public.person.copy.gz", out -> 0);
        return name;
    }
}
