package org.perilune.chassis;

import java.util.Locale;

/**
 * Where the AMQP broker is, who we are there, and which kind of queue it has.
 *
 * @param queueType of every queue that is declared; a queue once made keeps its kind
 */
public record AmqpConfig(String host, int port, String user, Secret password, String virtualHost, QueueType queueType) {
    /** Kinds of durable queues. */
    public enum QueueType {
        /** Replicated, of RabbitMQ 3.10 or newer: what counts as confirmed survives the loss of a minority of nodes. */
        QUORUM,
        /** On one node; the only kind of a broker that is not RabbitMQ. */
        CLASSIC
    }

    /**
     * Reads {@code amqp.host}, {@code .port}, {@code .user}, {@code .password} (or {@code .password-file}), {@code
     * .vhost} and {@code .queue-type} ({@code quorum} or {@code classic}).
     */
    public static AmqpConfig read(Settings in) {
        return new AmqpConfig(
                in.text("amqp.host", "127.0.0.1"),
                in.port("amqp.port", 15672),
                in.text("amqp.user"),
                in.secret("amqp.password"),
                in.text("amqp.vhost", "/"),
                queueType(in));
    }

    private static QueueType queueType(Settings in) {
        String text = in.text("amqp.queue-type", "quorum");
        for (QueueType type : QueueType.values()) {
            if (type.name().toLowerCase(Locale.ROOT).equals(text)) {
                return type;
            }
        }
        in.fault("amqp.queue-type", "must be quorum or classic, not " + text);
        return QueueType.QUORUM;
    }
}
