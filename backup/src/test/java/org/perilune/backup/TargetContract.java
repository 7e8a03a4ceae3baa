package org.perilune.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import java.util.Random;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.perilune.backup.target.BackupTarget;
import org.perilune.backup.target.NewFile;
import org.perilune.backup.target.S3Upload;

/** What every target does. */
interface TargetContract {
    BackupTarget target();

    @Test
    default void whatIsCommittedIsThere() throws IOException {
        write("one", "a/b.gz", "first");
        write("one", "c.json", "second");
        write("two", "c.json", "third");

        assertThat(target().folders()).containsExactly("one", "two");
        assertThat(target().files("one")).containsExactly("a/b.gz", "c.json");
        assertThat(read("one", "a/b.gz")).isEqualTo("first");
        assertThat(read("two", "c.json")).isEqualTo("third");

        write("one", "c.json", "anew");
        assertThat(read("one", "c.json")).isEqualTo("anew");
    }

    @Test
    default void whatIsNotCommittedIsNot() throws IOException {
        write("one", "begun.json", "x");
        try (NewFile file = target().write("one", "half.gz")) {
            file.write(new byte[100_000], 0, 100_000);
        }

        assertThat(target().files("one")).containsExactly("begun.json");
        assertThatThrownBy(() -> read("one", "half.gz")).isInstanceOf(NoSuchFileException.class);
        assertThatThrownBy(() -> read("none", "at-all")).isInstanceOf(NoSuchFileException.class);
        assertThat(target().files("none")).isEmpty();
    }

    @Test
    default void whatIsDeletedIsGone() throws IOException {
        write("one", "a/b.gz", "first");
        write("one", "c.json", "second");
        target().delete("one", "a/b.gz");
        target().delete("one", "a/b.gz");
        assertThat(target().files("one")).containsExactly("c.json");
        target().delete("one", "c.json");
        target().deleteFolder("one");

        assertThat(target().folders()).isEmpty();
    }

    /** More than two parts of S3's. */
    @Test
    default void largeFilesComeBackAsTheyWere() throws IOException {
        var bytes = new byte[2 * S3Upload.PART_BYTES + 12_345];
        new Random(1).nextBytes(bytes);
        try (NewFile file = target().write("one", "large.gz")) {
            for (int from = 0; from < bytes.length; from += 70_001) {
                file.write(bytes, from, Math.min(70_001, bytes.length - from));
            }
            file.commit();
        }

        try (InputStream in = target().read("one", "large.gz")) {
            assertThat(in.readAllBytes()).isEqualTo(bytes);
        }
    }

    @Test
    default void backupsAreFoundVerifiedAndDeleted() throws IOException {
        var backups = new Backups(target(), Clock.systemUTC());
        Instant now = Instant.parse("2026-12-01T12:00:00Z");
        Made.complete(target(), now.minusSeconds(5));
        String newest = Made.complete(target(), now);

        assertThat(backups.complete()).hasSize(2);
        assertThat(backups.verified(Optional.empty(), sentence -> {}).summary().name())
                .isEqualTo(newest);
        backups.retain(new Retention(1, 0));
        assertThat(target().folders()).containsExactly(newest);
    }

    @Test
    default void exportsAreBesideThem() throws IOException {
        var backups = new Backups(target(), Clock.systemUTC());
        byte[] csv = "time,value\n1,2\n".getBytes(StandardCharsets.UTF_8);

        assertThat(backups.export("rover.csv.gz", new ByteArrayInputStream(csv)))
                .isEqualTo(csv.length);

        try (InputStream in = new GZIPInputStream(target().read("exports", "rover.csv.gz"))) {
            assertThat(in.readAllBytes()).isEqualTo(csv);
        }
        assertThat(backups.complete()).isEmpty();
        assertThat(backups.cleanUp()).isEmpty();
    }

    private void write(String folder, String path, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        try (NewFile file = target().write(folder, path)) {
            file.write(bytes, 0, bytes.length);
            file.commit();
        }
    }

    private String read(String folder, String path) throws IOException {
        try (InputStream in = target().read(folder, path)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
