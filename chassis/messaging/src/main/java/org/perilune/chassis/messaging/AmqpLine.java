package org.perilune.chassis.messaging;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.ShutdownSignalException;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.runtime.Threads;
import org.perilune.chassis.tls.TlsContext;
import org.perilune.chassis.tls.TlsFailures;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One connection of {@link Amqp}, made anew when it is needed and the last one broke. Safe for threads. */
final class AmqpLine {
    private static final Logger LOG = LoggerFactory.getLogger(AmqpLine.class);
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration LINGER = Duration.ofSeconds(1);
    private static final Duration HEARTBEAT = Duration.ofSeconds(5);

    private final AmqpConfig config;
    private final ConnectionFactory factory = new ConnectionFactory();
    private final String name;
    private final ReentrantLock connecting = new ReentrantLock();
    private volatile @Nullable Connection connection;
    private volatile @Nullable Socket socket;
    private volatile @Nullable String blocked;
    private volatile String lastFailure = "not connected yet";
    private volatile boolean asked;
    private volatile boolean closed;

    /** @param purpose of the connection, for people who look at the broker */
    AmqpLine(AmqpConfig config, String purpose, ExecutorService executor) {
        name = config.user() + " " + purpose;
        this.config = config;
        if (config.tls().enabled()) {
            factory.setSocketFactory(TlsContext.open(config.tls()).socketFactory());
        }
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
        factory.setSocketConfigurator(made -> {
            made.setTcpNoDelay(true);
            if (config.tls().enabled()) {
                // Closing says good-bye, which would wait for ever behind a thread whose broker reads nothing.
                made.setSoLinger(true, (int) LINGER.toSeconds());
            }
            socket = made;
        });
    }

    /** As {@link Amqp#channel}. */
    Channel channel() throws IOException {
        asked = true;
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

    boolean isOpen() {
        Connection known = connection;
        return known != null && known.isOpen();
    }

    /** Whether somebody ever wanted a channel. */
    boolean wasAsked() {
        return asked;
    }

    Optional<String> problem() {
        return isOpen() ? Optional.empty() : Optional.of(lastFailure);
    }

    /** Why the broker does not read from us just now, where it says so. */
    Optional<String> blocked() {
        return isOpen() ? Optional.ofNullable(blocked) : Optional.empty();
    }

    /** Cuts the connection where it is not closed in time: no other way frees a thread that waits to write. */
    Deadline deadline(Duration timeout) {
        Socket watched = socket;
        var done = new CountDownLatch(1);
        Threads.start("amqp-deadline", () -> {
            try {
                if (!done.await(timeout.toMillis(), TimeUnit.MILLISECONDS) && watched != null) {
                    LOG.warn("The AMQP broker reads nothing any more; its connection is cut [connection: {}]", name);
                    watched.close();
                }
            } catch (IOException alreadyBroken) {
                LOG.debug("The connection was broken already", alreadyBroken);
            } catch (InterruptedException stopping) {
                Thread.currentThread().interrupt();
            }
        });
        return done::countDown;
    }

    /** Of one act of publishing. */
    @FunctionalInterface
    interface Deadline extends AutoCloseable {
        /** It is kept. */
        @Override
        void close();
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
            // Copies spread over the cluster; whoever does not answer is passed over.
            var addresses = new ArrayList<>(config.addresses());
            Collections.shuffle(addresses);
            Connection made = factory.newConnection(addresses, name);
            blocked = null;
            made.addBlockedListener(reason -> blocked = reason, () -> blocked = null);
            made.addShutdownListener(cause -> lastFailure = String.valueOf(cause.getMessage()));
            connection = made;
            return made;
        } catch (TimeoutException late) {
            lastFailure = "it does not answer";
            throw new IOException("The AMQP broker does not answer", late);
        } catch (IOException failure) {
            lastFailure = TlsFailures.reason(config.tls(), failure);
            throw failure;
        } finally {
            connecting.unlock();
        }
    }

    void close(Duration timeout) {
        connecting.lock();
        try (Deadline _ = deadline(timeout)) {
            closed = true;
            Connection known = connection;
            if (known != null) {
                known.abort((int) timeout.toMillis());
            }
        } finally {
            connecting.unlock();
        }
    }
}
