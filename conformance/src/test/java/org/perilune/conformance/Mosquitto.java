package org.perilune.conformance;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A broker that knows nothing of Perilune, and forgets everything when it is killed. */
final class Mosquitto implements AutoCloseable {
    private static final Duration START = Duration.ofSeconds(10);

    private final Path settings;
    private final int port;
    private @Nullable Process process;

    private Mosquitto(Path settings, int port) {
        this.settings = settings;
        this.port = port;
    }

    static Mosquitto in(Path folder) throws IOException {
        int port = Ports.free(1).iterator().next();
        Path settings = Files.writeString(folder.resolve("mosquitto.conf"), """
                listener %d 127.0.0.1
                allow_anonymous true
                persistence false
                max_queued_messages 100000
                log_type error
                """.formatted(port));
        return new Mosquitto(settings, port);
    }

    int port() {
        return port;
    }

    void start() throws IOException {
        String program = Programs.find("mosquitto").orElseThrow().toString();
        Process started = new ProcessBuilder(List.of(program, "-c", settings.toString()))
                .redirectErrorStream(true)
                .redirectOutput(settings.resolveSibling("mosquitto.log").toFile())
                .start();
        process = started;
        await("Mosquitto").atMost(START).until(() -> started.isAlive() && answers());
    }

    private boolean answers() {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException notYet) {
            return false;
        }
    }

    void kill() throws InterruptedException {
        if (process != null) {
            process.destroyForcibly().waitFor();
        }
    }

    @Override
    public void close() {
        if (process != null) {
            process.destroyForcibly();
        }
    }
}
