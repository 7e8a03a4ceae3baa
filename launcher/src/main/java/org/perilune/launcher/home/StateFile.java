package org.perilune.launcher.home;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.perilune.chassis.json.Json;
import org.perilune.embedded.host.Folders;

/**
 * What a running instance writes into its home, for commands in other processes.
 *
 * @param pid of the process
 * @param started when the process began, so that another process with the same pid is not taken for it
 * @param ready whether everything serves
 */
public record StateFile(long pid, Instant started, boolean ready, List<Part> services, List<Part> stores) {
    private static final Duration SAME_START = Duration.ofSeconds(2);

    /**
     * @param memoryBytes -1 where it is part of the process's own
     */
    public record Part(String name, boolean up, int port, long memoryBytes, String detail) {}

    public StateFile {
        services = List.copyOf(services);
        stores = List.copyOf(stores);
    }

    public static Instant ownStart() {
        return ProcessHandle.current().info().startInstant().orElse(Instant.EPOCH);
    }

    public static Optional<StateFile> read(Home home) {
        try {
            return Optional.of(Json.parse(Files.readAllBytes(home.state()), StateFile.class));
        } catch (NoSuchFileException none) {
            return Optional.empty();
        } catch (IOException | RuntimeException unreadable) {
            throw new LauncherException(
                    home.state() + " cannot be read (" + unreadable.getMessage()
                            + "); delete it if no Perilune runs there",
                    unreadable);
        }
    }

    /** The instance of a home, if its process lives. */
    public static Optional<StateFile> living(Home home) {
        return read(home).filter(state -> state.process().isPresent());
    }

    /** @throws LauncherException unless a ready instance runs there */
    public static StateFile require(Home home) {
        StateFile state = read(home)
                .orElseThrow(() -> new LauncherException("Nothing is running in " + home.folder()
                        + "; start it with ./perilune up, or name its home with --home"));
        if (state.process().isEmpty()) {
            throw new LauncherException("The Perilune of " + home.folder() + " (process " + state.pid()
                    + ") ended without being stopped; ./perilune up starts it again and keeps all data");
        }
        return state;
    }

    public Optional<ProcessHandle> process() {
        return ProcessHandle.of(pid)
                .filter(ProcessHandle::isAlive)
                .filter(handle -> handle.info()
                        .startInstant()
                        .map(start -> Duration.between(start, started).abs().compareTo(SAME_START) < 0)
                        .orElse(true));
    }

    public int port(String service) {
        return services.stream()
                .filter(part -> part.name().equals(service))
                .mapToInt(Part::port)
                .findFirst()
                .orElseThrow(() -> new LauncherException(service + " does not run yet; ./perilune status tells"));
    }

    public void write(Home home) {
        try {
            Folders.writePrivate(home.state(), Json.bytes(this));
        } catch (IOException failure) {
            throw new LauncherException("The state cannot be written into " + home.folder() + ": " + failure, failure);
        }
    }

    public static void delete(Home home) {
        try {
            Files.deleteIfExists(home.state());
        } catch (IOException failure) {
            throw new LauncherException("The state file " + home.state() + " cannot be deleted: " + failure, failure);
        }
    }
}
