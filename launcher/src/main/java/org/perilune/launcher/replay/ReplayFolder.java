package org.perilune.launcher.replay;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import org.perilune.launcher.home.LauncherException;

/**
 * Where a replay of one file as one device keeps what it needs to go on: the device's journal, when it began, and how
 * it ended.
 */
final class ReplayFolder {
    private final Path path;

    ReplayFolder(Path path) {
        this.path = path;
    }

    Path path() {
        return path;
    }

    /** How it ended; empty while it has not. */
    Optional<String> outcome() {
        return read("complete");
    }

    void complete(String outcome) {
        write("complete", outcome);
    }

    /** When the first run began. */
    Instant begun(Clock clock) {
        Optional<String> earlier = read("began");
        if (earlier.isPresent()) {
            return Instant.parse(earlier.get());
        }
        Instant now = clock.instant();
        write("began", now.toString());
        return now;
    }

    private Optional<String> read(String name) {
        Path file = path.resolve(name);
        try {
            return Files.exists(file) ? Optional.of(Files.readString(file)) : Optional.empty();
        } catch (IOException failure) {
            throw new UncheckedIOException("The replay's notes cannot be read", failure);
        }
    }

    private void write(String name, String text) {
        try {
            Files.createDirectories(path);
            Files.writeString(path.resolve(name), text);
        } catch (IOException failure) {
            throw new UncheckedIOException("The replay's notes cannot be written", failure);
        }
    }

    void delete() {
        try (var files = Files.list(path)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        } catch (IOException failure) {
            throw new LauncherException("The journal of the earlier replay cannot be deleted: " + path, failure);
        }
    }
}
