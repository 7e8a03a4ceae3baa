package org.perilune.chassis;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.TimeoutException;

/** Publishes on a channel and waits for the broker's word for each message. For one thread. */
final class AmqpPublisher {
    private static final Duration CONFIRM_TIMEOUT = Duration.ofSeconds(5);
    private static final int PERSISTENT = 2;

    private final Channel channel;
    /** Publishing numbers that the broker has not answered. */
    private final ConcurrentSkipListSet<Long> open = new ConcurrentSkipListSet<>();

    private final Set<Long> refused = ConcurrentHashMap.newKeySet();

    /** @param messageId tells messages apart for people; inboxes look into the event */
    record Message(String exchange, String routingKey, String messageId, Map<String, Object> headers, byte[] body) {
        Message {
            headers = Map.copyOf(headers);
        }
    }

    private AmqpPublisher(Channel channel) {
        this.channel = channel;
    }

    static AmqpPublisher on(Channel channel) throws IOException {
        var publisher = new AmqpPublisher(channel);
        channel.addConfirmListener(publisher::confirmed, (number, upTo) -> {
            publisher.refused.addAll(upTo ? publisher.open.headSet(number, true) : Set.of(number));
            publisher.confirmed(number, upTo);
        });
        // Comes before the confirm, which says no more than that the message had nowhere to go.
        channel.addReturnListener(message ->
                publisher.refused.add(Long.valueOf(message.getProperties().getCorrelationId())));
        channel.confirmSelect();
        return publisher;
    }

    /**
     * Returns when the broker has answered for all.
     *
     * @return of each message whether it is safe in a queue, in their order
     * @throws IOException when that stayed unknown of any; the channel is of no use then
     */
    List<Boolean> publish(List<Message> messages) throws IOException, InterruptedException {
        refused.clear();
        open.clear();
        var numbers = new ArrayList<Long>(messages.size());
        for (Message message : messages) {
            long number = channel.getNextPublishSeqNo();
            numbers.add(number);
            open.add(number);
            channel.basicPublish(
                    message.exchange(), message.routingKey(), true, properties(message, number), message.body());
        }
        try {
            channel.waitForConfirms(CONFIRM_TIMEOUT.toMillis());
        } catch (TimeoutException silent) {
            throw new IOException("The AMQP broker did not confirm what was published", silent);
        }
        return numbers.stream().map(number -> !refused.contains(number)).toList();
    }

    private void confirmed(long number, boolean upTo) {
        if (upTo) {
            new TreeSet<>(open.headSet(number, true)).forEach(open::remove);
        } else {
            open.remove(number);
        }
    }

    private static BasicProperties properties(Message message, long number) {
        return new BasicProperties.Builder()
                .deliveryMode(PERSISTENT)
                .contentType(CloudEvent.MEDIA_TYPE)
                .messageId(shortened(message.messageId()))
                .correlationId(Long.toString(number))
                .headers(message.headers())
                .build();
    }

    /** The protocol has 255 bytes for it. */
    private static String shortened(String messageId) {
        String ascii = messageId.replaceAll("[^ -~]", "?");
        return ascii.length() <= 255 ? ascii : ascii.substring(0, 255);
    }
}
