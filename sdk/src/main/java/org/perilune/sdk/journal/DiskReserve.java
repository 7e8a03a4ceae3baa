package org.perilune.sdk.journal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A little of the disk, kept so that a journal on a full disk can begin a new file, and only then delete the old one
 * whose frames are all settled.
 */
final class DiskReserve {
    private static final int BYTES = 32 * 1024;

    private final Path file;

    DiskReserve(Path folder) {
        file = folder.resolve("reserve");
    }

    void take() throws IOException {
        if (!Files.exists(file) || Files.size(file) < BYTES) {
            Files.write(file, new byte[BYTES]);
        }
    }

    void release() throws IOException {
        Files.deleteIfExists(file);
    }
}
