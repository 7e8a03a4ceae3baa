package org.perilune.conformance;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.perilune.contracts.Topology.Service;

/**
 * One service in a process of its own, beside a {@link Perilune}; killed and started again at will. Where it refused to
 * start since Perilune was away just then, it is started again, as any keeper of processes would; where it ended
 * otherwise it stays dead, for the test to find out.
 */
final class Beside implements AutoCloseable {
    private static final Duration READY = Duration.ofSeconds(90);
    private static final int REFUSED = 1;
    private static final String PERILUNE_WAS_AWAY =
            "ended without being stopped; ./perilune up starts it again and keeps all data";

    private final Perilune perilune;
    private final Service service;
    private final int port;
    private final Path said;
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();
    private @Nullable Process process;

    private Beside(Perilune perilune, Service service, int port, Path said) {
        this.perilune = perilune;
        this.service = service;
        this.port = port;
        this.said = said;
    }

    /** Nothing is started. */
    static Beside of(Perilune perilune, Service service, int port, Path folder) throws IOException {
        Files.createDirectories(folder);
        return new Beside(perilune, service, port, folder.resolve(service.name() + "-" + port + ".txt"));
    }

    Service service() {
        return service;
    }

    int port() {
        return port;
    }

    /** Of the process that was started last. */
    synchronized ProcessHandle handle() {
        if (process == null) {
            throw new IllegalStateException(service.name() + " was not started");
        }
        return process.toHandle();
    }

    /** Does not wait until it is ready. */
    synchronized void start() throws IOException {
        Process started = new ProcessBuilder(perilune.command(
                        "run", service.name(), "--beside", "--set", service.name() + ".http.port=" + port))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(said.toFile()))
                .start();
        process = started;
        Thread.ofVirtual().name("keeper-" + service.name()).start(() -> keep(started));
    }

    private void keep(Process started) {
        try {
            if (started.waitFor() != REFUSED || !said().endsWith(PERILUNE_WAS_AWAY)) {
                return;
            }
            await("Perilune to live again").atMost(READY).until(() -> perilune.isAlive() || !isKept(started));
            startAgain(started);
        } catch (IOException | InterruptedException failure) {
            throw new IllegalStateException(service.name() + " could not be started again", failure);
        }
    }

    private synchronized void startAgain(Process ended) throws IOException {
        if (isKept(ended)) {
            start();
        }
    }

    private synchronized boolean isKept(Process one) {
        return process != null && process.pid() == one.pid();
    }

    /** From now on it is left to itself, whether it lives or not. */
    private synchronized Optional<Process> dismissed() {
        Process running = process;
        process = null;
        return Optional.ofNullable(running);
    }

    void awaitReady() {
        await(service.name() + " to be ready, which said " + said)
                .atMost(READY)
                .ignoreExceptionsInstanceOf(IOException.class)
                .until(this::isReady);
    }

    private boolean isReady() throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/ready"))
                .timeout(Duration.ofSeconds(5))
                .build();
        return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
    }

    /** {@code kill -9}; returns when it is dead. */
    void kill() throws InterruptedException {
        Optional<Process> running = dismissed();
        if (running.isPresent()) {
            running.get().destroyForcibly().waitFor();
        }
    }

    /** SIGTERM; returns when it has ended. */
    void stop() throws InterruptedException {
        Optional<Process> running = dismissed();
        if (running.isPresent()) {
            running.get().destroy();
            if (!running.get().waitFor(20, TimeUnit.SECONDS)) {
                running.get().destroyForcibly();
                throw new AssertionError(service.name() + " did not end when it was told to");
            }
        }
    }

    /** The last of what it said, for a failure's message. */
    String said() {
        try {
            var lines = Files.readAllLines(said);
            return String.join("\n", lines.subList(Math.max(0, lines.size() - 15), lines.size()));
        } catch (IOException unreadable) {
            return "nothing: " + unreadable;
        }
    }

    @Override
    public void close() {
        dismissed().ifPresent(Process::destroyForcibly);
        http.shutdownNow();
    }
}
