package org.perilune.testkit;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Assumptions;
import org.perilune.contracts.Exchanges;
import org.perilune.contracts.Topology;
import org.perilune.contracts.Topology.Service;
import org.perilune.contracts.Topology.Store;

/**
 * The AMQP brokers that tests of events run against: the embedded backends', and the RabbitMQ whose port on 127.0.0.1 the environment
 * names in {@value #PORT}. Its user and password are {@code perilune}, its queues are quorum queues, its virtual host is
 * {@code /}, or one named as the module under test where the environment has {@value #EACH}, so that modules can be
 * tested side by side.
 */
public enum TestBroker {
    EMBEDDED,
    RABBITMQ;

    private static final String PORT = "PERILUNE_RABBITMQ_PORT";
    private static final String EACH = "PERILUNE_RABBITMQ_VIRTUAL_HOST_EACH";
    private static final String MODULE = "perilune.module";
    private static final String ACCOUNT = "perilune";

    /**
     * Before a test starts what it would have to stop: where the environment names no RabbitMQ it is skipped; in CI it
     * fails.
     */
    public void require() {
        if (this == RABBITMQ) {
            rabbitPort();
        }
    }

    /**
     * Settings with which services use this broker; RabbitMQ has none of their queues then, whatever ran before.
     *
     * @param backends settings as the embedded backends give them
     */
    public Map<String, String> settings(Map<String, String> backends) throws IOException {
        if (this == EMBEDDED) {
            return backends;
        }
        int port = Integer.parseInt(rabbitPort());
        var settings = new HashMap<>(backends);
        deleteQueues(port);
        for (Service service : Topology.SERVICES) {
            if (service.stores().contains(Store.AMQP)) {
                String prefix = service.name() + ".amqp.";
                settings.keySet().removeIf(key -> key.startsWith(prefix));
                settings.put(prefix + "host", "127.0.0.1");
                settings.put(prefix + "port", Integer.toString(port));
                settings.put(prefix + "user", ACCOUNT);
                settings.put(prefix + "password", ACCOUNT);
                settings.put(prefix + "vhost", virtualHost());
                settings.put(prefix + "queue-type", "quorum");
            }
        }
        return settings;
    }

    private static String virtualHost() {
        if (System.getenv(EACH) == null) {
            return "/";
        }
        return Objects.requireNonNull(System.getProperty(MODULE), "The build names the module under test in " + MODULE);
    }

    private static String rabbitPort() {
        String port = System.getenv(PORT);
        if (port != null) {
            return port;
        }
        String missing = "No RabbitMQ: " + PORT + " is not set; .ci/run starts one";
        if ("true".equals(System.getenv("CI"))) {
            throw new AssertionError(missing);
        }
        return Assumptions.abort(missing);
    }

    private static void deleteQueues(int port) throws IOException {
        var factory = new ConnectionFactory();
        factory.setHost("127.0.0.1");
        factory.setPort(port);
        factory.setUsername(ACCOUNT);
        factory.setPassword(ACCOUNT);
        factory.setVirtualHost(virtualHost());
        try (Connection connection = factory.newConnection("test");
                Channel channel = connection.createChannel()) {
            for (Service service : Topology.SERVICES) {
                channel.queueDelete(Exchanges.queueOf(service));
            }
            channel.queueDelete(Exchanges.DEAD_LETTER_QUEUE);
        } catch (TimeoutException late) {
            throw new IOException("RabbitMQ does not answer", late);
        }
    }
}
