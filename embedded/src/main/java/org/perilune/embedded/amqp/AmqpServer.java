package org.perilune.embedded.amqp;

import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.qpid.server.SystemLauncher;
import org.apache.qpid.server.SystemLauncherListener.DefaultSystemLauncherListener;
import org.apache.qpid.server.model.Broker;
import org.apache.qpid.server.model.BrokerImpl;
import org.apache.qpid.server.model.State;
import org.apache.qpid.server.model.SystemConfig;
import org.apache.qpid.server.model.VirtualHost;
import org.apache.qpid.server.virtualhost.QueueManagingVirtualHost;
import org.jspecify.annotations.Nullable;
import org.perilune.contracts.Topology.Service;
import org.perilune.embedded.host.BackendsException;
import org.perilune.embedded.host.Folders;
import org.perilune.embedded.host.Ports;
import org.perilune.embedded.host.Secrets;

/**
 * Apache Qpid Broker-J in this process: AMQP 0-9-1, one user a service. Queues and persistent messages are in a
 * Berkeley DB, on disk before they are confirmed: one flush for all that wait for one. It knows none of RabbitMQ's queue
 * arguments.
 */
public final class AmqpServer implements AutoCloseable {
    public static final String VIRTUAL_HOST = "perilune";

    private static final String NAME = "AMQP broker";

    /** Of the heap, which everything shares; the least that the store takes. */
    private static final int STORE_CACHE_BYTES = 10 << 20;

    /** The store's own 5 GB would stop events on many a laptop. */
    private static final int FREE_DISK_BYTES = 256 << 20;

    /** Of waiting messages in memory; beyond that they are on disk only. Direct memory is shared with others here. */
    private static final int FLOW_TO_DISK_BYTES = 32 << 20;

    /** For the connections of services: as many commits as can be gathered into one. The default, 64, is for a server. */
    private static final int THREADS = 8;

    private final SystemLauncher launcher;
    private final Watch watch;

    private AmqpServer(SystemLauncher launcher, Watch watch) {
        this.launcher = launcher;
        this.watch = watch;
    }

    /** Returns when it serves. */
    public static AmqpServer start(Path folder, int port, Secrets secrets, Collection<Service> services)
            throws IOException {
        Ports.requireFree("The " + NAME, port, "embedded.amqp.port");
        Folders.makePrivate(folder);
        var users = new ArrayList<String>();
        for (Service service : services) {
            users.add("""
                    {"name": "%s", "type": "managed", "password": "%s"}""".formatted(service.name(), secrets.value(secret(service.name()))));
        }
        // Users and ports are made anew from this at each start; what services declare is kept in the database.
        Path settings = folder.resolve("config.json");
        Folders.writePrivate(settings, settings(folder, port, users, AmqpRules.of(services)));
        var watch = new Watch();
        var launcher = new SystemLauncher(watch);
        try {
            launcher.startup(Map.of(
                    "type",
                    "Memory",
                    "initialConfigurationLocation",
                    settings.toString(),
                    "startupLoggedToSystemOut",
                    "false",
                    "context",
                    Map.of("qpid.work_dir", folder.toString())));
        } catch (Exception failure) {
            launcher.shutdown();
            throw new BackendsException("The " + NAME + " did not start: " + failure, failure);
        }
        var server = new AmqpServer(launcher, watch);
        if (!server.works()) {
            server.close();
            throw new BackendsException("The " + NAME + " did not start; the log has the reason");
        }
        watch.hook().ifPresent(Runtime.getRuntime()::removeShutdownHook);
        return server;
    }

    public static String secret(String service) {
        return service + ".amqp";
    }

    /** False once its store has failed: then it takes a restart. */
    public boolean works() {
        VirtualHost<?> host = watch.host();
        return host != null && host.getState() == State.ACTIVE;
    }

    /** The hook that must not be registered with the JVM any more; for the test. */
    Optional<Thread> hook() {
        return watch.hook();
    }

    /** Connected just now. */
    public long clients() {
        return watch.host() instanceof QueueManagingVirtualHost<?> host ? host.getConnectionCount() : 0;
    }

    private static String settings(Path folder, int port, List<String> users, String rules) {
        return """
                {
                  "name": "perilune",
                  "modelVersion": "8.0",
                  "context": {
                    "broker.failStartupWithErroredChild": "true",
                    "broker.flowToDiskThreshold": "%d",
                    "virtualhost.connectionThreadPool.size": "%d",
                    "virtualhost.connectionThreadPool.numberOfSelectors": "1",
                    "qpid.broker.bdbTotalCacheSize": "%d",
                    "je.freeDisk": "%d"
                  },
                  "authenticationproviders": [{
                    "name": "secrets",
                    "type": "Plain",
                    "secureOnlyMechanisms": [],
                    "users": [%s]
                  }],
                  "accesscontrolproviders": [{
                    "name": "services",
                    "type": "RuleBased",
                    "defaultResult": "ALLOWED",
                    "rules": %s
                  }],
                  "ports": [{
                    "name": "AMQP",
                    "port": "%d",
                    "bindingAddress": "127.0.0.1",
                    "protocols": ["AMQP_0_9_1"],
                    "authenticationProvider": "secrets",
                    "maxOpenConnections": "256",
                    "threadPoolSize": "2",
                    "numberOfSelectors": "1",
                    "virtualhostaliases": [{"name": "nameAlias", "type": "nameAlias"}]
                  }],
                  "virtualhostnodes": [{
                    "name": "%s",
                    "type": "BDB",
                    "storePath": "%s",
                    "virtualHostInitialConfiguration": "{\\"type\\": \\"ProvidedStore\\"}"
                  }]
                }
                """.formatted(
                        FLOW_TO_DISK_BYTES,
                        THREADS,
                        STORE_CACHE_BYTES,
                        FREE_DISK_BYTES,
                        String.join(", ", users),
                        rules,
                        port,
                        VIRTUAL_HOST,
                        quoted(folder.resolve("messages")));
    }

    private static String quoted(Path path) {
        return path.toString().replace("\\", "\\\\").replace("\"", "\\\"");
    }

    @Override
    public void close() {
        launcher.shutdown();
    }

    /** Hears from the launcher what it made. */
    private static final class Watch extends DefaultSystemLauncherListener {
        private volatile @Nullable SystemConfig<?> system;

        @Override
        public void onContainerResolve(SystemConfig<?> resolved) {
            system = resolved;
        }

        /**
         * What the broker would stop itself with when the JVM ends, while services still need it: it is stopped last,
         * by the embedded backends. The library gives no other way to it.
         */
        Optional<Thread> hook() {
            SystemConfig<?> known = system;
            if (known == null || !(known.getContainer() instanceof BrokerImpl broker)) {
                return Optional.empty();
            }
            try {
                Field hook = BrokerImpl.class.getDeclaredField("_shutdownHook");
                hook.setAccessible(true);
                return Optional.of((Thread) hook.get(broker));
            } catch (ReflectiveOperationException changed) {
                throw new IllegalStateException("This is not the broker that was built for", changed);
            }
        }

        @Nullable
        VirtualHost<?> host() {
            SystemConfig<?> known = system;
            if (known == null || !(known.getContainer() instanceof Broker<?> broker)) {
                return null;
            }
            return broker.getVirtualHostNodes().stream()
                    .map(node -> (VirtualHost<?>) node.getVirtualHost())
                    .filter(java.util.Objects::nonNull)
                    .findFirst()
                    .orElse(null);
        }
    }
}
