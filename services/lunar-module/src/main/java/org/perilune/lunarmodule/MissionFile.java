package org.perilune.lunarmodule;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The mission's time on board, so that a start needs no database. */
final class MissionFile {
    private static final Logger LOG = LoggerFactory.getLogger(MissionFile.class);

    private final Path file;

    MissionFile(Path folder) {
        file = folder.resolve("mission");
    }

    Optional<MissionTime> read() {
        try {
            if (!Files.exists(file)) {
                return Optional.empty();
            }
            String[] words = Files.readString(file).strip().split(" ", -1);
            return Optional.of(new MissionTime(
                    Instant.parse(words[0]), Double.parseDouble(words[1]), Double.parseDouble(words[2])));
        } catch (DateTimeException | NumberFormatException | ArrayIndexOutOfBoundsException torn) {
            LOG.warn("The mission's time on board cannot be read and is made anew [file: {}]", file, torn);
            return Optional.empty();
        } catch (IOException failure) {
            throw new UncheckedIOException("The mission's time cannot be read: " + file, failure);
        }
    }

    void write(MissionTime mission) {
        try {
            Files.createDirectories(file.resolveSibling("."));
            Path fresh = file.resolveSibling("mission.new");
            Files.writeString(fresh, mission.at() + " " + mission.elapsedSeconds() + " " + mission.scale() + "\n");
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException failure) {
            throw new UncheckedIOException("The mission's time cannot be kept: " + file, failure);
        }
    }
}
