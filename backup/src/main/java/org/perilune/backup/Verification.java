package org.perilune.backup;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.security.DigestInputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.perilune.backup.target.BackupTarget;

/** Compares the files of a backup with what its manifest says of them. */
final class Verification {
    private static final int SHOWN = 5;

    private final BackupTarget target;
    private final Manifest manifest;

    Verification(BackupTarget target, Manifest manifest) {
        this.target = target;
        this.manifest = manifest;
    }

    /** @throws BackupException that names what differs */
    void run(Consumer<String> progress) {
        progress.accept("Comparing %,d files of %s with their check sums"
                .formatted(manifest.files().size(), Amounts.bytes(manifest.bytes())));
        var faults = new ArrayList<String>();
        for (Manifest.File file : manifest.files()) {
            fault(file, faults);
        }
        if (!faults.isEmpty()) {
            List<String> shown = faults.subList(0, Math.min(SHOWN, faults.size()));
            throw new BackupException("The backup " + manifest.name() + " is damaged: " + String.join("; ", shown)
                    + (faults.size() > SHOWN ? "; and " + (faults.size() - SHOWN) + " more" : "")
                    + ". Nothing was changed; ./perilune backup --list shows the others");
        }
    }

    private void fault(Manifest.File file, List<String> faults) {
        try (var in = new DigestInputStream(target.read(manifest.name(), file.path()), Sums.sha256())) {
            long bytes = skipAll(in);
            if (bytes != file.bytes()) {
                faults.add(file.path() + " has " + bytes + " bytes instead of " + file.bytes());
            } else if (!Sums.text(in.getMessageDigest()).equals(file.sha256())) {
                faults.add(file.path() + " was changed");
            }
        } catch (NoSuchFileException missing) {
            faults.add(file.path() + " is missing");
        } catch (IOException failure) {
            faults.add(file.path() + " cannot be read: " + failure.getMessage());
        }
    }

    private static long skipAll(InputStream in) throws IOException {
        var buffer = new byte[1 << 16];
        long bytes = 0;
        for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
            bytes += read;
        }
        return bytes;
    }
}
