package org.perilune.conformance;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.perilune.contracts.Topology;

/** A Perilune of its own: a process, a home, ports. Killed and started again it keeps home and ports. */
final class Perilune implements AutoCloseable {
    /** On a busy machine, with logs to recover after a kill. */
    private static final Duration START = Duration.ofSeconds(90);

    private static final Duration COMMAND = Duration.ofMinutes(3);
    /** Who listens. */
    enum Part {
        CREW("crew.http.port"),
        BATCH_ROUTER("batch-router.http.port"),
        TELEMETRY("telemetry.http.port"),
        COMMAND_DISPATCHER("command-dispatcher.http.port"),
        LUNAR_MODULE("lunar-module.http.port"),
        TIMELINE("timeline.http.port"),
        EVENT_BUS("event-bus.http.port"),
        POSTS("posts.http.port"),
        COMMENTS("comments.http.port"),
        MODERATION("moderation.http.port"),
        QUERY("query.http.port"),
        STATUS("status.http.port"),
        CONSOLE("console.http.port"),
        POSTGRESQL("embedded.postgres.port"),
        REDIS("embedded.redis.port"),
        MQTT("embedded.mqtt.port"),
        MONGODB("embedded.mongodb.port"),
        AMQP("embedded.amqp.port"),
        OPENSEARCH("embedded.opensearch.port");

        private final String key;

        Part(String key) {
            this.key = key;
        }

        static Part of(Topology.Service service) {
            return valueOf(service.databaseName().toUpperCase(Locale.ROOT));
        }
    }

    private final Path home;
    private final Map<Part, Integer> ports;
    private volatile @Nullable Process process;

    private Perilune(Path home, Map<Part, Integer> ports) {
        this.home = home;
        this.ports = ports;
    }

    /** A home with settings in it; nothing is started. */
    static Perilune in(Path home) throws IOException {
        return in(home, Map.of());
    }

    /** The same with further settings. */
    static Perilune in(Path home, Map<String, String> further) throws IOException {
        var ports = new EnumMap<Part, Integer>(Part.class);
        var free = Ports.free(Part.values().length).iterator();
        var settings = new Properties();
        for (Part part : Part.values()) {
            int port = free.next();
            ports.put(part, port);
            settings.setProperty(part.key, Integer.toString(port));
        }
        settings.putAll(further);
        Files.createDirectories(home);
        try (var out = Files.newBufferedWriter(home.resolve("perilune.properties"))) {
            settings.store(out, null);
        }
        return new Perilune(home, ports);
    }

    int port(Part part) {
        return ports.getOrDefault(part, -1);
    }

    Path home() {
        return home;
    }

    /**
     * {@code perilune up}; returns when it says that it is up.
     *
     * @param without services that are left out
     */
    void start(String... without) throws IOException {
        start(Map.of(), without);
    }

    /** The same where the JVM has one processor, whatever the machine has. */
    void startOnOneProcessor() throws IOException {
        start(Map.of("JDK_JAVA_OPTIONS", "-XX:ActiveProcessorCount=1"));
    }

    private void start(Map<String, String> environment, String... without) throws IOException {
        Path said = home.resolve("said.txt");
        var words = new ArrayList<>(List.of("up"));
        for (String service : without) {
            words.addAll(List.of("--without", service));
        }
        var builder = new ProcessBuilder(command(words.toArray(String[]::new)))
                .redirectErrorStream(true)
                .redirectOutput(said.toFile());
        builder.environment().putAll(environment);
        Process started = builder.start();
        process = started;
        await("Perilune is up")
                .atMost(START)
                .pollInterval(Duration.ofMillis(50))
                .until(() -> !started.isAlive() || Files.readString(said).contains("Perilune is up"));
        if (!started.isAlive()) {
            throw new AssertionError("Perilune ended instead of starting: " + Files.readString(said));
        }
    }

    /** {@code kill -9} of the one process that all services run in; PostgreSQL and Redis live on. */
    void kill() throws InterruptedException {
        Process running = running();
        running.destroyForcibly().waitFor();
        process = null;
    }

    boolean isAlive() {
        Process known = process;
        return known != null && known.isAlive();
    }

    long pid() {
        return running().pid();
    }

    private Process running() {
        Process known = process;
        if (known == null) {
            throw new IllegalStateException("Perilune was not started");
        }
        return known;
    }

    /** The postmaster's process; empty while there is none. */
    Optional<ProcessHandle> postgres() {
        return ofPidFile(home.resolve("postgresql/data/postmaster.pid"));
    }

    Optional<ProcessHandle> redis() {
        return ofPidFile(home.resolve("redis/redis.pid"));
    }

    private static Optional<ProcessHandle> ofPidFile(Path file) {
        try {
            return Files.readAllLines(file).stream()
                    .findFirst()
                    .map(line -> Long.parseLong(line.strip()))
                    .flatMap(ProcessHandle::of)
                    .filter(ProcessHandle::isAlive);
        } catch (IOException | NumberFormatException notThere) {
            return Optional.empty();
        }
    }

    /** What a process has in memory, of the JVM alone. */
    long residentMegabytes() throws IOException {
        return Files.readAllLines(Path.of("/proc/" + pid() + "/status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024)
                .findFirst()
                .orElseThrow();
    }

    /** Runs a command of the command line on this home and gives what it printed. */
    String run(String... words) throws IOException, InterruptedException {
        Path said = Files.createTempFile("perilune", ".txt");
        Path complained = Files.createTempFile("perilune", ".txt");
        try {
            Process command = new ProcessBuilder(command(words))
                    .redirectOutput(said.toFile())
                    .redirectError(complained.toFile())
                    .start();
            if (!command.waitFor(COMMAND.toSeconds(), TimeUnit.SECONDS)) {
                command.destroyForcibly();
                throw new AssertionError(String.join(" ", words) + " did not end");
            }
            if (command.exitValue() != 0) {
                throw new AssertionError(String.join(" ", words) + " failed: " + Files.readString(complained));
            }
            return Files.readString(said).strip();
        } finally {
            Files.delete(said);
            Files.delete(complained);
        }
    }

    /** What starts a command of the command line on this home. */
    List<String> command(String... words) {
        List<String> command = Launcher.command(words);
        command.addAll(List.of("--home", home.toString()));
        return command;
    }

    /** The last lines of its log, for a failure's message. */
    String log(int lines) {
        try {
            List<String> all = Files.readAllLines(home.resolve("logs/perilune.log"));
            return String.join("\n", all.subList(Math.max(0, all.size() - lines), all.size()));
        } catch (IOException | RuntimeException unreadable) {
            return "no log: " + unreadable;
        }
    }

    /** SIGTERM; what does not end in time is killed, with the stores it leaves. */
    @Override
    public void close() {
        Process running = process;
        process = null;
        if (running != null) {
            running.destroy();
            try {
                if (!running.waitFor(20, TimeUnit.SECONDS)) {
                    running.destroyForcibly();
                }
            } catch (InterruptedException interrupted) {
                running.destroyForcibly();
                Thread.currentThread().interrupt();
            }
        }
        postgres().ifPresent(ProcessHandle::destroyForcibly);
        redis().ifPresent(ProcessHandle::destroyForcibly);
    }
}
