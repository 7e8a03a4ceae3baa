package org.perilune.chassis;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.ShutdownSignalException;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A connection to the AMQP broker that is made anew when it is needed and the last one broke. The client's own recovery
 * is off: it would go on with channels whose unconfirmed messages are lost. Safe for threads.
 */
public final class Amqp implements AutoCloseable {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration HEARTBEAT = Duration.ofSeconds(5);

    private final ConnectionFactory factory;
    private final AmqpConfig config;
    private final ExecutorService executor;
    private final ReentrantLock connecting = new ReentrantLock();
    private volatile @Nullable Connection connection;
    private volatile String lastFailure = "not connected yet";
    private volatile boolean closed;

    private Amqp(ConnectionFactory factory, AmqpConfig config, ExecutorService executor) {
        this.factory = factory;
        this.config = config;
        this.executor = executor;
    }

    /** Connects only when somebody asks for a channel: the broker may be away. */
    public static Amqp open(AmqpConfig config) {
        ExecutorService executor = Executors.newThreadPerTaskExecutor(Threads.factory("amqp-" + config.user()));
        var factory = new ConnectionFactory();
        factory.setHost(config.host());
        factory.setPort(config.port());
        factory.setUsername(config.user());
        factory.setPassword(config.password().reveal());
        factory.setVirtualHost(config.virtualHost());
        factory.setAutomaticRecoveryEnabled(false);
        factory.setConnectionTimeout((int) CONNECT_TIMEOUT.toMillis());
        factory.setHandshakeTimeout((int) ANSWER_TIMEOUT.toMillis());
        factory.setChannelRpcTimeout((int) ANSWER_TIMEOUT.toMillis());
        factory.setShutdownTimeout((int) CONNECT_TIMEOUT.toMillis());
        factory.setRequestedHeartbeat((int) HEARTBEAT.toSeconds());
        factory.setThreadFactory(Threads.factory("amqp-" + config.user() + "-io"));
        factory.setSharedExecutor(executor);
        return new Amqp(factory, config, executor);
    }

    /**
     * A new channel, which its caller closes. Connects where there is no connection; waits some seconds at most.
     *
     * @throws IOException when the broker is away or refuses us
     */
    Channel channel() throws IOException {
        try {
            Channel channel = connected().createChannel();
            if (channel == null) {
                throw new IOException("The AMQP broker gives us no more channels");
            }
            return channel;
        } catch (ShutdownSignalException broken) {
            throw new IOException("The connection to the AMQP broker broke", broken);
        }
    }

    AmqpConfig.QueueType queueType() {
        return config.queueType();
    }

    /** For {@link Health}: empty while the connection stands. Does not connect by itself. */
    public Optional<String> problem() {
        Connection known = connection;
        return known != null && known.isOpen()
                ? Optional.empty()
                : Optional.of("The AMQP broker is away: " + lastFailure);
    }

    /**
     * Connects where there is no connection, and asks the broker for a channel.
     *
     * @return what the broker calls itself
     * @throws IOException when it is away or refuses us
     */
    public String ping() throws IOException {
        try (Channel channel = channel()) {
            var properties = channel.getConnection().getServerProperties();
            return (properties.get("product") + " " + properties.get("version")).strip();
        } catch (TimeoutException late) {
            throw new IOException("The AMQP broker does not answer", late);
        }
    }

    private Connection connected() throws IOException {
        Connection known = connection;
        if (known != null && known.isOpen()) {
            return known;
        }
        connecting.lock();
        try {
            known = connection;
            if (known != null && known.isOpen()) {
                return known;
            }
            if (closed) {
                throw new IOException("We are stopping");
            }
            Connection made = factory.newConnection(config.user());
            made.addShutdownListener(cause -> lastFailure = String.valueOf(cause.getMessage()));
            connection = made;
            return made;
        } catch (TimeoutException late) {
            lastFailure = "it does not answer";
            throw new IOException("The AMQP broker does not answer", late);
        } catch (IOException failure) {
            lastFailure = String.valueOf(failure.getMessage());
            throw failure;
        } finally {
            connecting.unlock();
        }
    }

    @Override
    public void close() {
        connecting.lock();
        try {
            closed = true;
            Connection known = connection;
            if (known != null) {
                known.abort((int) CONNECT_TIMEOUT.toMillis());
            }
        } finally {
            connecting.unlock();
            executor.shutdownNow();
        }
    }
}
