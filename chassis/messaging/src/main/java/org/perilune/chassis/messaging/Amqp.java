package org.perilune.chassis.messaging;

import com.rabbitmq.client.Channel;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.perilune.chassis.runtime.Health;
import org.perilune.chassis.runtime.Threads;
import org.perilune.chassis.tracing.Tracing;

/**
 * Two connections to the AMQP broker, each made anew when it is needed and the last one broke: a broker that is short of
 * memory or disk stops reading from who publishes, and consuming, which makes room again, must go on. The client's own
 * recovery is off: it would go on with channels whose unconfirmed messages are lost. Safe for threads.
 */
public final class Amqp implements AutoCloseable {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);

    private final AmqpConfig config;
    private final Tracing tracing;
    private final ExecutorService executor;
    private final AmqpLine publishing;
    private final AmqpLine consuming;

    private Amqp(AmqpConfig config, Tracing tracing, ExecutorService executor) {
        this.config = config;
        this.tracing = tracing;
        this.executor = executor;
        this.publishing = new AmqpLine(config, "publishing", executor);
        this.consuming = new AmqpLine(config, "consuming", executor);
    }

    /** Connects only when somebody asks for a channel: the broker may be away. */
    public static Amqp open(AmqpConfig config) {
        return open(config, Tracing.OFF);
    }

    /** @param tracing records what is published and handled; is closed by the caller */
    public static Amqp open(AmqpConfig config, Tracing tracing) {
        return new Amqp(config, tracing, Executors.newThreadPerTaskExecutor(Threads.factory("amqp-" + config.user())));
    }

    /**
     * A new channel to declare, ask and consume, which its caller closes. Connects where there is no connection; waits
     * some seconds at most.
     *
     * @throws IOException when the broker is away or refuses us
     */
    Channel channel() throws IOException {
        return consuming.channel();
    }

    /** The same to publish. */
    Channel publishing() throws IOException {
        return publishing.channel();
    }

    /** Why the broker reads nothing that is published just now, in its own words, such as that its disk is full. */
    Optional<String> blocked() {
        return publishing.blocked();
    }

    /**
     * To be called before publishing, and closed after: a broker that stops reading would hold who writes for ever, so
     * the connection is cut then.
     */
    AmqpLine.Deadline deadline() {
        return publishing.deadline(AmqpPublisher.DEADLINE.multipliedBy(2));
    }

    Tracing tracing() {
        return tracing;
    }

    AmqpConfig config() {
        return config;
    }

    /** For {@link Health}: empty while the connections that are needed stand. Does not connect by itself. */
    public Optional<String> problem() {
        if (!publishing.wasAsked() && !consuming.wasAsked()) {
            return Optional.of("The AMQP broker is away: not connected yet");
        }
        return Stream.of(publishing, consuming)
                .filter(AmqpLine::wasAsked)
                .map(AmqpLine::problem)
                .flatMap(Optional::stream)
                .findFirst()
                .map(reason -> "The AMQP broker is away: " + reason);
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

    @Override
    public void close() {
        publishing.close(CONNECT_TIMEOUT);
        consuming.close(CONNECT_TIMEOUT);
        executor.shutdownNow();
    }
}
