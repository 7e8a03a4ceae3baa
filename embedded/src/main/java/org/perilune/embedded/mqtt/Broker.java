package org.perilune.embedded.mqtt;

import com.hivemq.configuration.service.InternalConfigurations;
import com.hivemq.embedded.EmbeddedExtension;
import com.hivemq.embedded.EmbeddedHiveMQ;
import com.hivemq.migration.meta.PersistenceType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import org.perilune.contracts.TelemetryLimits;
import org.perilune.embedded.host.BackendsException;
import org.perilune.embedded.host.Folders;
import org.perilune.embedded.host.Ports;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** HiveMQ in this process. */
public final class Broker implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Broker.class);

    /** A removed device is off the line within two of these. */
    private static final Duration REVOCATION = Duration.ofMillis(800);

    /** Topic, user properties and the like: the largest payload fits into a packet. */
    private static final int AROUND_PAYLOAD_BYTES = 16 * 1024;

    private final EmbeddedHiveMQ server;
    private final Thread revocation;
    private volatile boolean closed;

    private Broker(EmbeddedHiveMQ server, BrokerExtension extension) {
        this.server = server;
        this.revocation = Thread.ofVirtual().name("embedded-revocation").start(() -> watch(extension));
    }

    public static Broker start(Path folder, int port, BrokerExtension extension)
            throws IOException, InterruptedException {
        Ports.requireFree("The MQTT broker", port, "embedded.mqtt.port");
        Path settings = folder.resolve("conf");
        Path data = folder.resolve("broker");
        Path extensions = folder.resolve("extensions");
        Folders.makePrivate(settings);
        Folders.makePrivate(data);
        Folders.makePrivate(extensions);
        Files.writeString(settings.resolve("config.xml"), settings(port));
        EmbeddedHiveMQ server = EmbeddedHiveMQ.builder()
                .withConfigurationFolder(settings)
                .withDataFolder(data)
                .withExtensionsFolder(extensions)
                .withEmbeddedExtension(EmbeddedExtension.builder()
                        .withId("perilune")
                        .withName("Perilune")
                        .withVersion("1")
                        .withAuthor("Perilune")
                        .withExtensionMain(extension)
                        .build())
                .withoutLoggingBootstrap()
                .build();
        tune();
        try {
            server.start().get();
        } catch (ExecutionException failure) {
            close(server);
            throw new BackendsException("The MQTT broker did not start: " + failure.getCause(), failure);
        }
        return new Broker(server, extension);
    }

    /** HiveMQ keeps these for the whole process; every backends sets the same. */
    private static void tune() {
        // Embedded, it lets everybody in where no authenticator is registered.
        InternalConfigurations.AUTH_DENY_UNAUTHENTICATED_CONNECTIONS.set(true);
        InternalConfigurations.AUTH_PROCESS_TIMEOUT_SEC.set(5);
        // Each bucket is an environment with files, caches and threads of its own; 64 are for clusters of clients.
        // Changing these needs an empty data folder.
        InternalConfigurations.PERSISTENCE_BUCKET_COUNT.set(4);
        InternalConfigurations.PAYLOAD_PERSISTENCE_BUCKET_COUNT.set(4);
        // RocksDB takes a 32nd of the machine's memory for each of the two.
        InternalConfigurations.PAYLOAD_PERSISTENCE_TYPE.set(PersistenceType.FILE);
        InternalConfigurations.RETAINED_MESSAGE_PERSISTENCE_TYPE.set(PersistenceType.FILE);
        InternalConfigurations.PERSISTENCE_STARTUP_THREAD_POOL_SIZE.set(4);
        InternalConfigurations.SINGLE_WRITER_THREAD_POOL_SIZE.set(2);
        InternalConfigurations.PAYLOAD_PERSISTENCE_CLEANUP_THREADS.set(1);
        InternalConfigurations.PERSISTENCE_SHUTDOWN_GRACE_PERIOD_MSEC.set(200);
        InternalConfigurations.MANAGED_EXTENSION_EXECUTOR_SHUTDOWN_TIMEOUT_SEC.set(2);
        InternalConfigurations.JMX_REPORTER_ENABLED.set(false);
        // A subscriber's messages are fetched in polls; small ones starve it while others publish.
        InternalConfigurations.MAX_INFLIGHT_WINDOW_SIZE_MESSAGES = 1_000;
        InternalConfigurations.PUBLISH_POLL_BATCH_SIZE = 250;
    }

    private static String settings(int port) {
        return """
                <?xml version="1.0"?>
                <hivemq>
                    <listeners>
                        <tcp-listener>
                            <port>%d</port>
                            <bind-address>127.0.0.1</bind-address>
                        </tcp-listener>
                    </listeners>
                    <mqtt>
                        <queued-messages>
                            <max-queue-size>1000000</max-queue-size>
                            <strategy>discard</strategy>
                        </queued-messages>
                        <session-expiry>
                            <max-interval>2592000</max-interval>
                        </session-expiry>
                        <keep-alive>
                            <max-keep-alive>600</max-keep-alive>
                            <allow-unlimited>false</allow-unlimited>
                        </keep-alive>
                        <packets>
                            <max-packet-size>%d</max-packet-size>
                        </packets>
                        <receive-maximum>
                            <server-receive-maximum>1000</server-receive-maximum>
                        </receive-maximum>
                    </mqtt>
                    <restrictions>
                        <max-connections>10000</max-connections>
                        <max-client-id-length>128</max-client-id-length>
                        <max-topic-length>512</max-topic-length>
                        <no-connect-idle-timeout>5000</no-connect-idle-timeout>
                    </restrictions>
                    <anonymous-usage-statistics>
                        <enabled>false</enabled>
                    </anonymous-usage-statistics>
                    <persistence>
                        <mode>file</mode>
                    </persistence>
                </hivemq>
                """.formatted(port, TelemetryLimits.MOST_MESSAGE_BYTES + AROUND_PAYLOAD_BYTES);
    }

    private void watch(BrokerExtension extension) {
        while (!closed) {
            try {
                Thread.sleep(REVOCATION);
                extension.cutOffRevoked();
            } catch (InterruptedException closing) {
                return;
            } catch (RuntimeException failure) {
                LOG.error("Could not look for removed devices", failure);
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        revocation.interrupt();
        close(server);
    }

    private static void close(EmbeddedHiveMQ server) {
        try {
            server.close();
        } catch (ExecutionException failure) {
            LOG.error("The MQTT broker could not be stopped cleanly", failure.getCause());
        } catch (InterruptedException interruption) {
            Thread.currentThread().interrupt();
        }
    }
}
