package org.perilune.lunarmodule.mission;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;
import org.perilune.chassis.json.Json;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The mission's state on board: what a manoeuvre did must outlive any crash, and a start needs no database. */
public final class MissionFile {
    private static final Logger LOG = LoggerFactory.getLogger(MissionFile.class);

    private final Path folder;
    private final Path file;

    /** As versions before commands wrote it. */
    private final Path timeOnly;

    public MissionFile(Path folder) {
        this.folder = folder.toAbsolutePath();
        this.file = this.folder.resolve("mission.json");
        this.timeOnly = this.folder.resolve("mission");
    }

    /** @param configuredPeriodSeconds of the orbit, where only the time was kept */
    public Optional<MissionState> read(double configuredPeriodSeconds) {
        try {
            if (Files.exists(file)) {
                return Optional.of(MissionState.read(Files.readAllBytes(file)));
            }
            if (Files.exists(timeOnly)) {
                return Optional.of(MissionState.begunAt(time(Files.readString(timeOnly)), configuredPeriodSeconds));
            }
            return Optional.empty();
        } catch (JsonProcessingException
                | DateTimeException
                | NumberFormatException
                | ArrayIndexOutOfBoundsException e) {
            return unreadable(e);
        } catch (IOException failure) {
            throw new UncheckedIOException("The mission's state cannot be read: " + folder, failure);
        }
    }

    private static MissionTime time(String text) {
        String[] words = text.strip().split(" ", -1);
        return new MissionTime(Instant.parse(words[0]), Double.parseDouble(words[1]), Double.parseDouble(words[2]));
    }

    /** Kept aside for whoever can read it: the next write would be over it. */
    private Optional<MissionState> unreadable(Exception reason) {
        LOG.error("The mission's state on board cannot be read [kept as: mission.unreadable]", reason);
        try {
            Path bad = Files.exists(file) ? file : timeOnly;
            Files.move(bad, folder.resolve("mission.unreadable"), StandardCopyOption.REPLACE_EXISTING);
            return Optional.empty();
        } catch (IOException failure) {
            throw new UncheckedIOException("The mission's unreadable state cannot be kept aside: " + folder, failure);
        }
    }

    /** It is on disk, old or new but never half, when this returns. */
    void write(MissionState state) {
        try {
            Files.createDirectories(folder);
            Path fresh = folder.resolve("mission.json.new");
            try (var channel = FileChannel.open(
                    fresh, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
                var bytes = ByteBuffer.wrap(Json.bytes(state));
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.force(true);
            }
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            try (var channel = FileChannel.open(folder, StandardOpenOption.READ)) {
                channel.force(true);
            }
        } catch (IOException failure) {
            throw new UncheckedIOException("The mission's state cannot be kept: " + file, failure);
        }
    }
}
