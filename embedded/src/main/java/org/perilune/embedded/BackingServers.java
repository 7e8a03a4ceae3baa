package org.perilune.embedded;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.perilune.contracts.Topology;
import org.perilune.contracts.Topology.Service;
import org.perilune.contracts.Topology.Store;
import org.perilune.embedded.amqp.AmqpServer;
import org.perilune.embedded.host.BackendsConfig;
import org.perilune.embedded.host.BackendsException;
import org.perilune.embedded.host.Binaries;
import org.perilune.embedded.host.ParallelStartup;
import org.perilune.embedded.host.Platform;
import org.perilune.embedded.host.Ports;
import org.perilune.embedded.host.Secrets;
import org.perilune.embedded.host.ServerState;
import org.perilune.embedded.host.Supervisor;
import org.perilune.embedded.mongo.MongoServer;
import org.perilune.embedded.mqtt.Broker;
import org.perilune.embedded.mqtt.BrokerExtension;
import org.perilune.embedded.mqtt.BrokerMeters;
import org.perilune.embedded.opensearch.OpenSearchServer;
import org.perilune.embedded.postgres.PostgresRoles;
import org.perilune.embedded.postgres.PostgresServer;
import org.perilune.embedded.redis.RedisServer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The servers of embedded backends, each on its port, and there once it has started. Safe for threads. */
final class BackingServers implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(BackingServers.class);
    private static final String HOST = "127.0.0.1";

    private final BackendsConfig config;
    private final Secrets secrets;
    private final BrokerExtension extension;
    private final BrokerMeters meters;
    private final Map<Store, Integer> ports = new EnumMap<>(Store.class);
    private volatile @Nullable Supervisor postgres;
    private volatile @Nullable Supervisor redis;
    private volatile @Nullable Broker broker;
    private volatile @Nullable MongoServer mongo;
    private volatile @Nullable AmqpServer amqp;
    private volatile @Nullable OpenSearchServer search;

    /** Chooses the ports. */
    BackingServers(BackendsConfig config, Secrets secrets, BrokerExtension extension, BrokerMeters meters)
            throws IOException {
        this.config = config;
        this.secrets = secrets;
        this.extension = extension;
        this.meters = meters;
        for (Store store : Store.values()) {
            ports.put(store, choosePort(config.port(store)));
        }
        for (Service service : users(Store.OPENSEARCH)) {
            secrets.value(OpenSearchServer.secret(service.name()));
        }
    }

    /** None that another of them has got already, which does not listen yet. */
    private int choosePort(int configured) throws IOException {
        int port = Ports.choose(configured);
        while (configured == 0 && ports.containsValue(port)) {
            port = Ports.choose(configured);
        }
        return port;
    }

    Map<Store, Integer> ports() {
        return Map.copyOf(ports);
    }

    int port(Store store) {
        return Objects.requireNonNull(ports.get(store));
    }

    /** One sentence a step; one call at a time. */
    private record Progress(Consumer<String> listener) {
        synchronized void tell(String sentence) {
            listener.accept(sentence);
        }
    }

    /** All that are wanted but OpenSearch, side by side; where one does not start, none runs. */
    void start(Consumer<String> listener) throws IOException {
        var progress = new Progress(listener);
        Path home = config.home();
        Platform platform = Platform.here();
        Binaries binaries = Binaries.cached(home);
        var steps = new ArrayList<Callable<Void>>();
        add(steps, progress, Store.POSTGRESQL, "PostgreSQL", port -> {
            postgres = Supervisor.start(
                    PostgresServer.prepare(home.resolve("postgresql"), binaries, platform, secrets, port));
            PostgresRoles.make(port, secrets, config.databases());
        });
        add(steps, progress, Store.REDIS, "Redis", port -> {
            List<String> names = users(Store.REDIS).stream().map(Service::name).toList();
            redis = Supervisor.start(
                    RedisServer.prepare(home.resolve("redis"), binaries, platform, secrets, port, names));
        });
        add(steps, progress, Store.MQTT, "The MQTT broker", port -> {
            broker = Broker.start(home.resolve("mqtt"), port, extension);
        });
        add(steps, progress, Store.MONGODB, "The MongoDB server", port -> {
            mongo = MongoServer.start(home.resolve("mongodb"), port, secrets, users(Store.MONGODB));
        });
        add(steps, progress, Store.AMQP, "The AMQP broker", port -> {
            amqp = AmqpServer.start(home.resolve("amqp"), port, secrets, users(Store.AMQP));
        });
        try {
            ParallelStartup.run(steps, Thread.ofPlatform().factory());
        } catch (InterruptedException interruption) {
            close();
            Thread.currentThread().interrupt();
            throw new BackendsException("Interrupted while the backing servers started", interruption);
        } catch (Throwable failure) {
            close();
            throw failure;
        }
    }

    @FunctionalInterface
    private interface Starting {
        void on(int port) throws Exception;
    }

    private void add(List<Callable<Void>> steps, Progress progress, Store store, String name, Starting starting) {
        if (!config.stores().contains(store)) {
            return;
        }
        steps.add(() -> {
            String inSentence = name.startsWith("The ") ? "the " + name.substring(4) : name;
            progress.tell("Starting " + inSentence);
            starting.on(port(store));
            progress.tell(name + " is up on " + HOST + ":" + port(store));
            return null;
        });
    }

    /** @see EmbeddedBackends#startSearch */
    synchronized void startSearch(Duration after) {
        if (!config.search() || search != null) {
            return;
        }
        try {
            search = OpenSearchServer.start(
                    config.home().resolve("opensearch"),
                    port(Store.OPENSEARCH),
                    secrets,
                    users(Store.OPENSEARCH),
                    after);
        } catch (IOException failure) {
            LOG.error("OpenSearch cannot be started; search uses the database's own text search", failure);
        }
    }

    List<ServerState> states() {
        MongoServer documents = mongo;
        AmqpServer events = amqp;
        OpenSearchServer index = search;
        var states = new EnumMap<Store, ServerState>(Store.class);
        states.put(Store.POSTGRESQL, ServerState.supervised("PostgreSQL", postgres, port(Store.POSTGRESQL)));
        states.put(Store.REDIS, ServerState.supervised("Redis", redis, port(Store.REDIS)));
        states.put(
                Store.MQTT, ServerState.own("MQTT broker", broker != null, port(Store.MQTT), meters.connections.sum()));
        states.put(
                Store.MONGODB,
                ServerState.own(
                        "MongoDB server",
                        documents != null && documents.works(),
                        port(Store.MONGODB),
                        documents == null ? 0 : documents.clients()));
        states.put(
                Store.AMQP,
                ServerState.own(
                        "AMQP broker",
                        events != null && events.works(),
                        port(Store.AMQP),
                        events == null ? 0 : events.clients()));
        states.put(Store.OPENSEARCH, index == null ? OpenSearchServer.waiting(port(Store.OPENSEARCH)) : index.state());
        states.keySet().retainAll(config.stores());
        return List.copyOf(states.values());
    }

    private static List<Service> users(Store store) {
        return Topology.SERVICES.stream()
                .filter(service -> service.stores().contains(store))
                .toList();
    }

    /** Stops them all, cleanly and side by side. */
    @Override
    public void close() {
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (AutoCloseable server : started(postgres, redis, broker, mongo, amqp, search)) {
                executor.execute(() -> close(server));
            }
        }
    }

    private static List<AutoCloseable> started(@Nullable AutoCloseable... maybe) {
        return Stream.of(maybe).filter(Objects::nonNull).toList();
    }

    private static void close(AutoCloseable server) {
        try {
            server.close();
        } catch (Exception failure) {
            LOG.error("A backing server could not be stopped", failure);
        }
    }
}
