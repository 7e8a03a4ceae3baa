package org.perilune.chassis.messaging;

import com.rabbitmq.client.BuiltinExchangeType;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.ShutdownSignalException;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import org.perilune.chassis.messaging.AmqpConfig.QueueType;
import org.perilune.contracts.EventQueues;
import org.perilune.contracts.Exchanges;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Declares what {@link Exchanges} names. Declaring what is there already changes nothing. */
final class AmqpTopology {
    private static final Logger LOG = LoggerFactory.getLogger(AmqpTopology.class);

    private AmqpTopology() {}

    static void exchanges(Channel channel) throws IOException {
        channel.exchangeDeclare(Exchanges.EVENTS, BuiltinExchangeType.TOPIC, true);
        channel.exchangeDeclare(Exchanges.DEAD_LETTERS, BuiltinExchangeType.DIRECT, true);
    }

    static void deadLetterQueue(Channel channel, AmqpConfig config) throws IOException {
        exchanges(channel);
        // Nothing comes after the dead letters: what is dropped there is lost, so practically never.
        Map<String, Object> arguments = config.queueType() == QueueType.QUORUM
                ? Map.of("x-queue-type", "quorum", "x-delivery-limit", Integer.MAX_VALUE)
                : Map.of();
        channel.queueDeclare(Exchanges.DEAD_LETTER_QUEUE, true, false, false, arguments);
    }

    /** Of every service that takes events and is deployed; the others' get no more. */
    static void eventQueues(Channel channel, AmqpConfig config) throws IOException {
        for (var taking : EventQueues.TYPES.entrySet()) {
            String queue = Exchanges.queueOf(taking.getKey());
            if (!config.absent().contains(taking.getKey().name())) {
                eventQueue(channel, config, queue, taking.getValue());
            }
        }
    }

    /**
     * Ends what an earlier declaration began: nobody takes from these queues, which would grow for ever. A channel each,
     * since a queue that is not there ends it.
     */
    static void unbindAbsent(Amqp amqp) throws IOException {
        for (var taking : EventQueues.TYPES.entrySet()) {
            if (!amqp.config().absent().contains(taking.getKey().name())) {
                continue;
            }
            String queue = Exchanges.queueOf(taking.getKey());
            try (Channel channel = amqp.publishing()) {
                channel.queueDeclarePassive(queue);
                for (String routingKey : taking.getValue()) {
                    channel.queueUnbind(queue, Exchanges.EVENTS, routingKey);
                }
            } catch (IOException | TimeoutException | ShutdownSignalException missing) {
                if (amqp.problem().isPresent()) {
                    throw new IOException("The broker went away", missing);
                }
                LOG.debug("There is nothing to unbind [queue: {}]", queue, missing);
            }
        }
    }

    /** A queue for events of these types, and the way that its dead letters go. */
    static void eventQueue(Channel channel, AmqpConfig config, String queue, Set<String> types) throws IOException {
        deadLetterQueue(channel, config);
        channel.queueBind(Exchanges.DEAD_LETTER_QUEUE, Exchanges.DEAD_LETTERS, queue);
        var arguments = new HashMap<String, Object>();
        if (config.queueType() == QueueType.QUORUM) {
            arguments.put("x-queue-type", "quorum");
            arguments.put("x-delivery-limit", config.deliveryLimit());
            // What the broker itself gives up, such as a message that killed every copy it was given to.
            arguments.put("x-dead-letter-exchange", Exchanges.DEAD_LETTERS);
            arguments.put("x-dead-letter-routing-key", queue);
            arguments.put("x-dead-letter-strategy", "at-least-once");
            arguments.put("x-overflow", "reject-publish");
            arguments.put("x-expires", config.queueExpiry().toMillis());
        }
        channel.queueDeclare(queue, true, false, false, arguments);
        for (String routingKey : types) {
            channel.queueBind(queue, Exchanges.EVENTS, routingKey);
        }
    }
}
