package org.perilune.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.perilune.backup.target.FolderTarget;

/** What counts as a backup, how long it stays, and how damage is found. */
final class BackupsTest {
    private static final Instant NOW = Instant.parse("2026-12-01T12:00:00Z");

    @TempDir
    private Path folder = Path.of("");

    private FolderTarget target = new FolderTarget(folder);
    private Backups backups = new Backups(target, Clock.systemUTC());

    @BeforeEach
    void open() {
        target = new FolderTarget(folder.resolve("backups"));
        backups = new Backups(target, Clock.fixed(NOW, ZoneOffset.UTC));
    }

    @Test
    void nothingIsThereAtFirst() {
        assertThat(backups.complete()).isEmpty();
        assertThat(backups.cleanUp()).isEmpty();
        assertThatThrownBy(() -> verify(Optional.empty()))
                .isInstanceOf(BackupException.class)
                .hasMessageContaining("no complete backup");
    }

    @Test
    void onlyItsOwnerMayReadIt() throws IOException {
        String name = Made.complete(target, NOW);

        assertThat(permissions(name)).isEqualTo("rwx------");
        assertThat(permissions(name + "/" + Made.FILE)).isEqualTo("rw-------");
        assertThat(permissions(name + "/manifest.json")).isEqualTo("rw-------");
    }

    @Test
    void oneWithoutAManifestIsNoneAndGoesWhenNobodyIsAtIt() throws IOException {
        String complete = Made.complete(target, NOW.minusSeconds(60));
        var gone = new Begun(Begun.here(NOW).host(), Long.MAX_VALUE, NOW, NOW);
        String interrupted = Made.begun(target, NOW, gone);
        String elsewhere = Made.begun(target, NOW, new Begun("another", 1, NOW, NOW.minus(Duration.ofHours(3))));
        String beingMade = Made.begun(target, NOW, Begun.here(NOW));
        Files.createDirectories(folder.resolve("backups/holiday-pictures"));

        assertThat(names()).containsExactly(complete);
        assertThat(backups.cleanUp()).containsExactly(interrupted);
        assertThat(target.folders()).containsExactlyInAnyOrder(complete, elsewhere, beingMade, "holiday-pictures");
    }

    @Test
    void whatNeitherNumberNorAgeKeepsGoes() throws IOException {
        for (int days = 10; days > 0; days--) {
            Made.complete(target, NOW.minus(Duration.ofDays(days)));
        }
        List<String> all = names();

        assertThat(backups.retain(new Retention(0, 0))).isEmpty();
        assertThat(backups.retain(new Retention(3, 5))).isEqualTo(all.subList(0, 5));
        assertThat(backups.retain(new Retention(3, 0))).isEqualTo(all.subList(5, 7));
        assertThat(names()).isEqualTo(all.subList(7, 10));
    }

    @Test
    void theNewestNeverGoes() throws IOException {
        Made.complete(target, NOW.minus(Duration.ofDays(400)));
        String newest = Made.complete(target, NOW.minus(Duration.ofDays(300)));

        backups.retain(new Retention(0, 7));

        assertThat(names()).containsExactly(newest);
    }

    @Test
    void aSoundOneIsVerified() throws IOException {
        Made.complete(target, NOW.minusSeconds(9));
        String newest = Made.complete(target, NOW);

        assertThat(verify(Optional.empty()).summary().name()).isEqualTo(newest);
    }

    @Test
    void damageIsNamed() throws IOException {
        String changed = Made.complete(target, NOW.minusSeconds(30));
        byte[] bytes = Files.readAllBytes(file(changed));
        bytes[bytes.length / 2] ^= 1;
        Files.write(file(changed), bytes);
        String shorter = Made.complete(target, NOW.minusSeconds(20));
        Files.write(file(shorter), new byte[3]);
        String missing = Made.complete(target, NOW.minusSeconds(10));
        Files.delete(file(missing));
        String manifest = Made.complete(target, NOW);
        Files.writeString(folder.resolve("backups").resolve(manifest).resolve(Manifest.FILE), "{\"format\":1,");

        assertRefused(changed, Made.FILE + " was changed");
        assertRefused(shorter, Made.FILE + " has 3 bytes instead of");
        assertRefused(missing, Made.FILE + " is missing");
        assertRefused(manifest, "manifest");
    }

    @Test
    void whatANewerPeriluneMadeIsRefused() throws IOException {
        String form = Made.complete(target, NOW.minusSeconds(30), Manifest.FORMAT + 1, "V1__posts.sql");
        assertRefused(form, "newer Perilune (0.1)");
        Files.delete(folder.resolve("backups").resolve(form).resolve(Manifest.FILE));

        String schema = Made.complete(target, NOW, Manifest.FORMAT, "V99__of_next_year.sql");
        assertRefused(schema, "V99__of_next_year.sql");
    }

    private void assertRefused(String name, String reason) {
        assertThatThrownBy(() -> verify(Optional.of(name)))
                .isInstanceOf(BackupException.class)
                .hasMessageContaining(reason);
    }

    private VerifiedBackup verify(Optional<String> name) {
        return backups.verified(name, sentence -> {});
    }

    private List<String> names() {
        return new ArrayList<>(
                backups.complete().stream().map(Backups.Summary::name).toList());
    }

    private Path file(String name) {
        return folder.resolve("backups").resolve(name).resolve(Made.FILE);
    }

    private String permissions(String path) throws IOException {
        return PosixFilePermissions.toString(
                Files.getPosixFilePermissions(folder.resolve("backups").resolve(path)));
    }
}
