package org.perilune.pad;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.perilune.contracts.Topology;
import org.perilune.contracts.Topology.Service;
import org.perilune.contracts.Topology.Store;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The backing servers for everything on one machine: PostgreSQL and Redis as processes that are restarted when they
 * end, the brokers of MQTT and AMQP, the MongoDB server and OpenSearch in this one. All listen on 127.0.0.1 and keep
 * their data below one home. Safe for threads. Two pads can run in one JVM, but must not start at the same moment: HiveMQ hands its services out through statics.
 */
public final class Pad implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Pad.class);
    private static final String HOST = "127.0.0.1";

    private final PadConfig config;
    private final HomeLock lock;
    private final Secrets secrets;
    private final DeviceKeys devices;
    private final BrokerMeters meters;
    private final BrokerExtension extension;
    private final Map<Store, Integer> ports = new EnumMap<>(Store.class);
    private volatile @Nullable Supervisor postgres;
    private volatile @Nullable Supervisor redis;
    private volatile @Nullable Broker broker;
    private volatile @Nullable MongoServer mongo;
    private volatile @Nullable AmqpServer amqp;
    private volatile @Nullable OpenSearchServer search;

    private Pad(PadConfig config, HomeLock lock) throws IOException {
        this.config = config;
        this.lock = lock;
        this.secrets = new Secrets(config.home().resolve("secrets"));
        this.devices = DeviceKeys.in(config.home());
        this.meters = new BrokerMeters();
        var passwords = new HashMap<String, String>();
        for (String service : MqttUsers.SERVICES) {
            passwords.put(service, secrets.value(MqttUsers.secret(service)));
        }
        for (String device : MqttUsers.DEVICES) {
            String key = secrets.value(MqttUsers.secret(device));
            if (!devices.matches(device, key)) {
                devices.enrol(device, key);
            }
        }
        this.extension = new BrokerExtension(devices, passwords, meters);
        for (Store store : Store.values()) {
            ports.put(store, Ports.choose(config.port(store)));
        }
        for (Service service : users(Store.OPENSEARCH)) {
            secrets.value(OpenSearchServer.secret(service.name()));
        }
    }

    /**
     * Starts them all, side by side, and returns when they serve. Makes the home, the secrets, the roles and the
     * databases at the first start; stops what a killed run left behind.
     *
     * @param progress is told one sentence a step; one call at a time
     * @throws PadException when the home is in use, a port is taken or a server does not start; nothing is left running
     */
    public static Pad start(PadConfig config, Consumer<String> progress) {
        try {
            Folders.makePrivate(config.home());
            // What a killed run left is found by the paths in its command: always the same path, whatever leads there.
            var real = new PadConfig(config.home().toRealPath(), config.ports(), config.databases(), config.search());
            HomeLock lock = HomeLock.take(real.home());
            try {
                var pad = new Pad(real, lock);
                pad.startServers(new Progress(progress));
                return pad;
            } catch (Throwable failure) {
                lock.close();
                throw failure;
            }
        } catch (IOException failure) {
            throw new PadException("The home " + config.home() + " cannot be used: " + failure, failure);
        }
    }

    private record Progress(Consumer<String> listener) {
        synchronized void tell(String sentence) {
            listener.accept(sentence);
        }
    }

    private void startServers(Progress progress) throws IOException {
        Path home = config.home();
        Platform platform = Platform.here();
        Binaries binaries = Binaries.cached(home);
        var steps = new ArrayList<Callable<Void>>();
        steps.add(() -> {
            progress.tell("Starting PostgreSQL");
            var program =
                    PostgresServer.prepare(home.resolve("postgresql"), binaries, platform, secrets, postgresPort());
            postgres = Supervisor.start(program);
            PostgresRoles.make(postgresPort(), secrets, config.databases());
            progress.tell("PostgreSQL is up on " + HOST + ":" + postgresPort());
            return null;
        });
        steps.add(() -> {
            progress.tell("Starting Redis");
            var program = RedisServer.prepare(
                    home.resolve("redis"),
                    binaries,
                    platform,
                    secrets,
                    redisPort(),
                    users(Store.REDIS).stream().map(Service::name).toList());
            redis = Supervisor.start(program);
            progress.tell("Redis is up on " + HOST + ":" + redisPort());
            return null;
        });
        steps.add(() -> {
            progress.tell("Starting the MQTT broker");
            broker = Broker.start(home.resolve("mqtt"), mqttPort(), extension);
            progress.tell("The MQTT broker is up on " + HOST + ":" + mqttPort());
            return null;
        });
        steps.add(() -> {
            progress.tell("Starting the MongoDB server");
            mongo = MongoServer.start(home.resolve("mongodb"), mongoPort(), secrets, users(Store.MONGODB));
            progress.tell("The MongoDB server is up on " + HOST + ":" + mongoPort());
            return null;
        });
        steps.add(() -> {
            progress.tell("Starting the AMQP broker");
            amqp = AmqpServer.start(home.resolve("amqp"), amqpPort(), secrets, users(Store.AMQP));
            progress.tell("The AMQP broker is up on " + HOST + ":" + amqpPort());
            return null;
        });
        try {
            SideBySide.run(steps, Thread.ofVirtual().factory());
        } catch (InterruptedException interruption) {
            stopServers();
            Thread.currentThread().interrupt();
            throw new PadException("Interrupted while the backing servers started", interruption);
        } catch (Throwable failure) {
            stopServers();
            throw failure;
        }
    }

    /**
     * Starts OpenSearch, in the background, unless the config leaves it out. It takes seconds of a processor: begin when
     * what people wait for is there. That it cannot start is logged and seen in {@link #servers}, no more.
     *
     * @param after how long it waits before it begins
     */
    public synchronized void startSearch(Duration after) {
        if (!config.search() || search != null) {
            return;
        }
        try {
            search = OpenSearchServer.start(
                    config.home().resolve("opensearch"), openSearchPort(), secrets, users(Store.OPENSEARCH), after);
        } catch (IOException failure) {
            LOG.error("OpenSearch cannot be started; search uses the database's own text search", failure);
        }
    }

    private int port(Store store) {
        return Objects.requireNonNull(ports.get(store));
    }

    public int postgresPort() {
        return port(Store.POSTGRESQL);
    }

    public int redisPort() {
        return port(Store.REDIS);
    }

    public int mqttPort() {
        return port(Store.MQTT);
    }

    public int mongoPort() {
        return port(Store.MONGODB);
    }

    public int amqpPort() {
        return port(Store.AMQP);
    }

    public int openSearchPort() {
        return port(Store.OPENSEARCH);
    }

    /** What services must be told to reach the servers; secrets as paths of files. */
    public Map<String, String> settings() {
        return PadSettings.of(config, secrets, Map.copyOf(ports));
    }

    /**
     * Sets who takes what devices publish.
     *
     * @param hook null, as at first: devices are refused as by a server that is not available; services are not
     */
    public void onPublish(@Nullable InboundHook hook) {
        extension.onPublish(hook);
    }

    public DeviceKeys devices() {
        return devices;
    }

    public BrokerCounts brokerCounts() {
        return meters.read();
    }

    public List<ServerState> servers() {
        MongoServer documents = mongo;
        AmqpServer events = amqp;
        OpenSearchServer index = search;
        var servers = new ArrayList<>(List.of(
                ServerState.supervised("PostgreSQL", postgres, postgresPort()),
                ServerState.supervised("Redis", redis, redisPort()),
                ServerState.own("MQTT broker", broker != null, mqttPort(), meters.connections.sum()),
                ServerState.own(
                        "MongoDB server",
                        documents != null && documents.works(),
                        mongoPort(),
                        documents == null ? 0 : documents.clients()),
                ServerState.own(
                        "AMQP broker",
                        events != null && events.works(),
                        amqpPort(),
                        events == null ? 0 : events.clients())));
        if (index != null) {
            servers.add(index.state());
        } else if (config.search()) {
            servers.add(OpenSearchServer.waiting(openSearchPort()));
        }
        return List.copyOf(servers);
    }

    private static List<Service> users(Store store) {
        return Topology.SERVICES.stream()
                .filter(service -> service.stores().contains(store))
                .toList();
    }

    private void stopServers() {
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (AutoCloseable server : servers(postgres, redis, broker, mongo, amqp, search)) {
                executor.execute(() -> close(server));
            }
        }
    }

    private static List<AutoCloseable> servers(@Nullable AutoCloseable... maybe) {
        var started = new ArrayList<AutoCloseable>();
        for (AutoCloseable server : maybe) {
            if (server != null) {
                started.add(server);
            }
        }
        return started;
    }

    private static void close(AutoCloseable server) {
        try {
            server.close();
        } catch (Exception failure) {
            LOG.error("A backing server could not be stopped", failure);
        }
    }

    /** A stop begins: PostgreSQL writes now what it would write when it is stopped. Waits for nothing. */
    public void expectStop() {
        PostgresRoles.startCheckpoint(postgresPort(), secrets);
    }

    /** Stops them all, cleanly and side by side, and lets go of the home. Stop the services first. */
    @Override
    public void close() {
        stopServers();
        close(lock);
    }
}
