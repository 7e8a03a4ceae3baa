package org.perilune.embedded;

import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.perilune.contracts.Topology.Store;
import org.perilune.embedded.host.BackendsConfig;
import org.perilune.embedded.host.BackendsException;
import org.perilune.embedded.host.Folders;
import org.perilune.embedded.host.HomeLock;
import org.perilune.embedded.host.Secrets;
import org.perilune.embedded.host.ServerState;
import org.perilune.embedded.mqtt.BrokerCounts;
import org.perilune.embedded.mqtt.BrokerExtension;
import org.perilune.embedded.mqtt.BrokerMeters;
import org.perilune.embedded.mqtt.DeviceKeys;
import org.perilune.embedded.mqtt.InboundHandler;
import org.perilune.embedded.mqtt.MqttUsers;
import org.perilune.embedded.postgres.PostgresRoles;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The backing servers for everything on one machine: PostgreSQL and Redis as processes that are restarted when they
 * end, the brokers of MQTT and AMQP, the MongoDB server and OpenSearch in this one. All listen on 127.0.0.1 and keep
 * their data below one home. Safe for threads. Two pads can run in one JVM, but must not start at the same moment: HiveMQ hands its services out through statics.
 */
public final class EmbeddedBackends implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedBackends.class);

    private final BackendsConfig config;
    private final HomeLock lock;
    private final Secrets secrets;
    private final DeviceKeys devices;
    private final BrokerMeters meters;
    private final BrokerExtension extension;
    private final BackingServers servers;

    private EmbeddedBackends(BackendsConfig config, HomeLock lock) throws IOException {
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
        this.extension = new BrokerExtension(devices, passwords, meters, config.deviceLimit());
        this.servers = new BackingServers(config, secrets, extension, meters);
    }

    /**
     * Starts them all, side by side, and returns when they serve. Makes the home, the secrets, the roles and the
     * databases at the first start; stops what a killed run left behind.
     *
     * @param progress is told one sentence a step; one call at a time
     * @throws BackendsException when the home is in use, a port is taken or a server does not start; nothing is left running
     */
    public static EmbeddedBackends start(BackendsConfig config, Consumer<String> progress) {
        try {
            Folders.makePrivate(config.home());
            // What a killed run left is found by the paths in its command: always the same path, whatever leads there.
            var real = new BackendsConfig(
                    config.home().toRealPath(),
                    config.ports(),
                    config.databases(),
                    config.stores(),
                    config.deviceLimit());
            HomeLock lock = HomeLock.take(real.home());
            try {
                var backends = new EmbeddedBackends(real, lock);
                backends.servers.start(progress);
                return backends;
            } catch (Throwable failure) {
                lock.close();
                throw failure;
            }
        } catch (IOException failure) {
            throw new BackendsException("The home " + config.home() + " cannot be used: " + failure, failure);
        }
    }

    /**
     * Starts OpenSearch, in the background, unless the config leaves it out. It takes seconds of a processor: begin when
     * what people wait for is there. That it cannot start is logged and seen in {@link #servers}, no more.
     *
     * @param after how long it waits before it begins
     */
    public void startSearch(Duration after) {
        servers.startSearch(after);
    }

    public int postgresPort() {
        return servers.port(Store.POSTGRESQL);
    }

    public int redisPort() {
        return servers.port(Store.REDIS);
    }

    public int mqttPort() {
        return servers.port(Store.MQTT);
    }

    public int mongoPort() {
        return servers.port(Store.MONGODB);
    }

    public int amqpPort() {
        return servers.port(Store.AMQP);
    }

    public int openSearchPort() {
        return servers.port(Store.OPENSEARCH);
    }

    /** What services must be told to reach the servers; secrets as paths of files. */
    public Map<String, String> settings() {
        return BackendsSettings.of(config, secrets, servers.ports());
    }

    /**
     * Sets who takes what devices publish.
     *
     * @param handler null, as at first: messages of devices are refused with "server unavailable"; services can publish
     */
    public void onPublish(@Nullable InboundHandler handler) {
        extension.onPublish(handler);
    }

    public DeviceKeys devices() {
        return devices;
    }

    public BrokerCounts brokerCounts() {
        return meters.read();
    }

    public List<ServerState> servers() {
        return servers.states();
    }

    /** A stop begins: PostgreSQL writes now what it would write when it is stopped. Waits for nothing. */
    public void expectStop() {
        PostgresRoles.startCheckpoint(postgresPort(), secrets);
    }

    /** Stops them all, cleanly and side by side, and lets go of the home. Stop the services first. */
    @Override
    public void close() {
        servers.close();
        try {
            lock.close();
        } catch (IOException failure) {
            LOG.error("The home could not be let go of", failure);
        }
    }
}
