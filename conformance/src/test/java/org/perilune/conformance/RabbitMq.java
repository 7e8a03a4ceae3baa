package org.perilune.conformance;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.perilune.contracts.Topology;

/** A RabbitMQ of its own: its node, its folder, its ports, nothing of an installed one's. Killed, it keeps its folder. */
final class RabbitMq implements AutoCloseable {
    static final String PROGRAM = "rabbitmq-server";

    /** Debian's script in the path of commands changes to a user of its own and to that user's one node. */
    private static final Path REAL_PROGRAM = Path.of("/usr/lib/rabbitmq/bin", PROGRAM);

    private static final Duration START = Duration.ofSeconds(90);
    private static final String USER = "perilune";

    private final Path folder;
    private final String node = "perilune-" + UUID.randomUUID() + "@localhost";
    private final String password = UUID.randomUUID().toString();
    private final int port;
    private final int distributionPort;
    private final int mapperPort;
    private @Nullable Process process;

    private RabbitMq(Path folder, int port, int distributionPort, int mapperPort) {
        this.folder = folder;
        this.port = port;
        this.distributionPort = distributionPort;
        this.mapperPort = mapperPort;
    }

    /** Nothing is started. Skips the test where there is no RabbitMQ; in CI it fails. */
    static RabbitMq in(Path folder) throws IOException {
        Programs.require(PROGRAM);
        Files.createDirectories(folder);
        Iterator<Integer> ports = Ports.free(3).iterator();
        var rabbit = new RabbitMq(folder, ports.next(), ports.next(), ports.next());
        Files.writeString(folder.resolve("rabbitmq.conf"), """
                listeners.tcp.1 = 127.0.0.1:%d
                default_user = %s
                default_pass = %s
                disk_free_limit.absolute = 50MB
                """.formatted(rabbit.port, USER, rabbit.password));
        Files.writeString(folder.resolve("plugins"), "[].\n");
        Path secret = Files.createFile(
                folder.resolve("password"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(secret, rabbit.password);
        return rabbit;
    }

    /** What makes every service use it instead of the embedded broker. */
    Map<String, String> settings() {
        var settings = new HashMap<String, String>();
        for (Topology.Service service : Topology.SERVICES) {
            if (service.stores().contains(Topology.Store.AMQP)) {
                String prefix = service.name() + ".amqp.";
                settings.put(prefix + "host", "127.0.0.1");
                settings.put(prefix + "port", Integer.toString(port));
                settings.put(prefix + "user", USER);
                settings.put(
                        prefix + "password-file", folder.resolve("password").toString());
                settings.put(prefix + "vhost", "/");
                settings.put(prefix + "queue-type", "quorum");
            }
        }
        return settings;
    }

    /** Returns when it takes connections. */
    void start() throws IOException {
        var builder = new ProcessBuilder(REAL_PROGRAM.toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        folder.resolve("said.txt").toFile()));
        Map<String, String> environment = builder.environment();
        environment.put("HOME", folder.toString());
        environment.put("RABBITMQ_NODENAME", node);
        environment.put("RABBITMQ_CONFIG_FILE", folder.resolve("rabbitmq").toString());
        environment.put("RABBITMQ_CONF_ENV_FILE", "/dev/null");
        environment.put(
                "RABBITMQ_ENABLED_PLUGINS_FILE", folder.resolve("plugins").toString());
        environment.put("RABBITMQ_MNESIA_BASE", folder.resolve("data").toString());
        environment.put("RABBITMQ_LOG_BASE", folder.resolve("log").toString());
        environment.put("RABBITMQ_DIST_PORT", Integer.toString(distributionPort));
        environment.put("RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS", "-kernel inet_dist_use_interface {127,0,0,1}");
        environment.put("ERL_EPMD_PORT", Integer.toString(mapperPort));
        environment.put("ERL_EPMD_ADDRESS", "127.0.0.1");
        Process started = builder.start();
        process = started;
        await("RabbitMQ").atMost(START).until(() -> !started.isAlive() || answers());
        if (!started.isAlive()) {
            throw new IOException("RabbitMQ ended: " + Files.readString(folder.resolve("said.txt")));
        }
    }

    private boolean answers() {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException notYet) {
            return false;
        }
    }

    /** {@code kill -9} of the virtual machine that it runs in; returns when it is dead. */
    void kill() throws InterruptedException {
        Process running = process;
        if (running != null) {
            var all = new ArrayList<>(running.descendants().toList());
            all.add(running.toHandle());
            all.forEach(ProcessHandle::destroyForcibly);
            for (ProcessHandle each : all) {
                await("its death").atMost(Duration.ofSeconds(10)).until(() -> !each.isAlive());
            }
            process = null;
        }
    }

    @Override
    public void close() {
        try {
            kill();
            // The port mapper is a daemon that the node started, and stays when the node ends.
            var mapper = new ProcessBuilder(List.of("epmd", "-port", Integer.toString(mapperPort), "-kill"))
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve("mapper.txt").toFile())
                    .start();
            mapper.waitFor(10, TimeUnit.SECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } catch (IOException noMapper) {
            // Then it was never started.
        }
    }
}
