package org.perilune.launcher;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Resident memory of a process, asked of {@code ps}, which Linux and macOS both have. */
final class ResidentMemory {
    private ResidentMemory() {}

    /** -1 where it cannot be told. */
    static long bytes(long pid) {
        try {
            Process ps = new ProcessBuilder("ps", "-o", "rss=", "-p", Long.toString(pid))
                    .redirectErrorStream(true)
                    .start();
            try (var out = ps.getInputStream()) {
                String kilobytes = new String(out.readAllBytes(), StandardCharsets.US_ASCII).strip();
                return Long.parseLong(kilobytes) * 1024;
            }
        } catch (IOException | NumberFormatException unknown) {
            return -1;
        }
    }
}
