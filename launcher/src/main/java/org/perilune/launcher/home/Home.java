package org.perilune.launcher.home;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Stream;
import org.perilune.contracts.Topology;
import org.perilune.embedded.host.Folders;
import org.perilune.embedded.host.Secrets;

/** The one folder that everything of an instance lives in. */
public record Home(Path folder) {
    public Home {
        folder = folder.toAbsolutePath().normalize();
    }

    Path settings() {
        return folder.resolve("perilune.properties");
    }

    Path state() {
        return folder.resolve("running.json");
    }

    public Path logs() {
        return folder.resolve("logs");
    }

    public Path log() {
        return logs().resolve("perilune.log");
    }

    /** What every thread did when a start took long. */
    public Path threads() {
        return logs().resolve("threads.txt");
    }

    /** What a detached instance says while it starts and where it ends without a log. */
    public Path output() {
        return logs().resolve("output.log");
    }

    /** What a running instance tells its services, for those that run beside it in processes of their own. */
    public Path serviceSettings() {
        return folder.resolve("services.properties");
    }

    /** Readable by its owner only, since a user may have set secrets by value. */
    public void writeServiceSettings(Map<String, String> settings) {
        var lines = new StringWriter();
        var properties = new Properties();
        properties.putAll(settings);
        try {
            properties.store(lines, "What ./perilune up told its services; written anew at each start");
            Folders.writePrivate(serviceSettings(), lines.toString());
        } catch (IOException failure) {
            throw new LauncherException(
                    "The settings of the services cannot be written into " + folder + ": " + failure, failure);
        }
    }

    /** When this home was first started, where the mission's clock begins unless a setting says otherwise. */
    public Optional<Instant> missionStart() {
        try {
            return Optional.of(Instant.parse(Files.readString(firstStart()).strip()));
        } catch (IOException | DateTimeParseException unknown) {
            return Optional.empty();
        }
    }

    /** The enrolled devices, of the embedded broker. */
    public Path devices() {
        return folder.resolve("mqtt").resolve("devices");
    }

    /** When it was first started. */
    public Path firstStart() {
        return folder.resolve("first-start");
    }

    /** There while a restore is under way, and after one that did not come to its end. */
    public Path restoring() {
        return folder.resolve("restoring");
    }

    /** @throws LauncherException where a restore did not come to its end */
    public void requireWholeData() {
        if (Files.exists(restoring())) {
            throw new LauncherException("A restore into " + folder
                    + " did not come to its end, so its data are not whole: run ./perilune restore --replace again");
        }
    }

    /** Where the embedded servers keep their data, as far as there is any. */
    public List<Path> data() {
        return Stream.of("postgresql", "redis", "mqtt", "mongodb", "amqp", "opensearch")
                .map(folder::resolve)
                .filter(Files::exists)
                .toList();
    }

    public Path journal(String device) {
        return folder.resolve(device).resolve("journal");
    }

    public Path administratorPassword() {
        return secret("administrator.password");
    }

    public Path commandLineSecret() {
        return secret("cli.secret");
    }

    /** What a service shows for its own token. */
    public Path tokenSecret(String service) {
        return secret(service + ".token");
    }

    private Path secret(String name) {
        return folder.resolve("secrets").resolve(name);
    }

    /** Makes the folders and the secrets that are not there yet. */
    public void make() {
        try {
            for (Path path : new Path[] {folder, folder.resolve("secrets"), logs()}) {
                Files.createDirectories(path);
                Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwx------"));
            }
            if (missionStart().isEmpty()) {
                Folders.writePrivate(firstStart(), Instant.now().truncatedTo(ChronoUnit.SECONDS) + "\n");
            }
            makeSecret(administratorPassword(), 15);
            makeSecret(commandLineSecret(), 32);
            for (Topology.Service service : Topology.TOKENS.keySet()) {
                makeSecret(tokenSecret(service.name()), 32);
            }
        } catch (IOException failure) {
            throw new LauncherException(
                    "The home " + folder + " cannot be used (" + failure + "); choose another with --home", failure);
        }
    }

    public static String read(Path secret) {
        try {
            return Files.readString(secret).strip();
        } catch (IOException failure) {
            throw new LauncherException(
                    secret + " cannot be read; was Perilune ever started with this home, and by this user?", failure);
        }
    }

    private static void makeSecret(Path file, int bytes) throws IOException {
        if (Files.exists(file) && Files.size(file) > 0) {
            return;
        }
        Folders.writePrivate(file, Secrets.random(bytes));
    }
}
