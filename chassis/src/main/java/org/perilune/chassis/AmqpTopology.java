package org.perilune.chassis;

import com.rabbitmq.client.BuiltinExchangeType;
import com.rabbitmq.client.Channel;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.perilune.chassis.AmqpConfig.QueueType;
import org.perilune.contracts.EventQueues;
import org.perilune.contracts.Exchanges;

/** Declares what {@link Exchanges} names. Declaring what is there already changes nothing. */
final class AmqpTopology {
    private AmqpTopology() {}

    static void exchanges(Channel channel) throws IOException {
        channel.exchangeDeclare(Exchanges.EVENTS, BuiltinExchangeType.TOPIC, true);
        channel.exchangeDeclare(Exchanges.DEAD_LETTERS, BuiltinExchangeType.DIRECT, true);
    }

    static void deadLetterQueue(Channel channel, QueueType type) throws IOException {
        exchanges(channel);
        Map<String, Object> arguments = type == QueueType.QUORUM ? Map.of("x-queue-type", "quorum") : Map.of();
        channel.queueDeclare(Exchanges.DEAD_LETTER_QUEUE, true, false, false, arguments);
    }

    /** Of every service that takes events. */
    static void eventQueues(Channel channel, QueueType type) throws IOException {
        for (var taking : EventQueues.TYPES.entrySet()) {
            eventQueue(channel, type, Exchanges.queueOf(taking.getKey()), taking.getValue());
        }
    }

    /** A queue for events of these types, and the way that its dead letters go. */
    static void eventQueue(Channel channel, QueueType type, String queue, Set<String> types) throws IOException {
        deadLetterQueue(channel, type);
        channel.queueBind(Exchanges.DEAD_LETTER_QUEUE, Exchanges.DEAD_LETTERS, queue);
        var arguments = new HashMap<String, Object>();
        if (type == QueueType.QUORUM) {
            arguments.put("x-queue-type", "quorum");
            // What the broker itself gives up, such as a message that killed every copy it was given to.
            arguments.put("x-dead-letter-exchange", Exchanges.DEAD_LETTERS);
            arguments.put("x-dead-letter-routing-key", queue);
            arguments.put("x-dead-letter-strategy", "at-least-once");
            arguments.put("x-overflow", "reject-publish");
        }
        channel.queueDeclare(queue, true, false, false, arguments);
        for (String routingKey : types) {
            channel.queueBind(queue, Exchanges.EVENTS, routingKey);
        }
    }
}
