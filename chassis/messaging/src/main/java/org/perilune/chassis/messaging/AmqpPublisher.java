package org.perilune.chassis.messaging;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.ShutdownSignalException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;

/** Publishes on a channel and waits for the broker's word for each message. For one thread. */
public final class AmqpPublisher {
    /** Without any word in between. */
    private static final Duration CONFIRM_TIMEOUT = Duration.ofSeconds(5);

    /** For all messages of one call, however steadily words come. */
    static final Duration DEADLINE = Duration.ofSeconds(8);

    /** So long a broken channel may go unnoticed. */
    private static final Duration LOOK = Duration.ofMillis(100);

    private static final int PERSISTENT = 2;

    private final Channel channel;
    /** Publishing numbers that the broker has not answered. */
    private final ConcurrentSkipListSet<Long> open = new ConcurrentSkipListSet<>();

    private final Set<Long> refused = ConcurrentHashMap.newKeySet();

    /** @param messageId tells messages apart for people; inboxes look into the event */
    public record Message(
            String exchange, String routingKey, String messageId, Map<String, Object> headers, byte[] body) {
        public Message {
            headers = Map.copyOf(headers);
        }
    }

    /** What the broker says of one message. */
    public enum Answer {
        /** It is safe in a queue. */
        SAFE,
        /** No queue takes it, or none has room. */
        REFUSED,
        /** Nothing: it may be safe, or lost. */
        NONE
    }

    /**
     * What became of some messages.
     *
     * @param each of them, in their order
     * @param failure why there is no answer for some; the channel is of no use then
     */
    public record Answers(List<Answer> each, Optional<IOException> failure) {
        public Answers {
            each = List.copyOf(each);
        }

        int count(Answer answer) {
            return (int) each.stream().filter(answer::equals).count();
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
     * Returns when the broker has answered for all, or does not any more: within {@link #DEADLINE}, but for a broker
     * that stops reading, whose connection {@link Amqp} cuts.
     */
    Answers publish(List<Message> messages) throws InterruptedException {
        refused.clear();
        open.clear();
        long began = System.nanoTime();
        var numbers = new ArrayList<Long>(messages.size());
        Optional<IOException> failure = Optional.empty();
        try {
            for (Message message : messages) {
                long number = channel.getNextPublishSeqNo();
                open.add(number);
                numbers.add(number);
                channel.basicPublish(
                        message.exchange(), message.routingKey(), true, properties(message, number), message.body());
            }
            awaitAnswers(began);
        } catch (IOException broken) {
            failure = Optional.of(broken);
        } catch (ShutdownSignalException broken) {
            failure = Optional.of(new IOException("The connection to the AMQP broker broke", broken));
        }
        var answers = new ArrayList<Answer>(messages.size());
        for (int index = 0; index < messages.size(); index++) {
            answers.add(index < numbers.size() ? answer(numbers.get(index)) : Answer.NONE);
        }
        return new Answers(answers, failure);
    }

    private Answer answer(long number) {
        if (open.contains(number)) {
            return Answer.NONE;
        }
        return refused.contains(number) ? Answer.REFUSED : Answer.SAFE;
    }

    private void awaitAnswers(long began) throws IOException, InterruptedException {
        synchronized (open) {
            int left = open.size();
            long heard = System.nanoTime();
            while (!open.isEmpty()) {
                if (!channel.isOpen()) {
                    throw new IOException("The AMQP broker ended the channel before it confirmed");
                }
                long now = System.nanoTime();
                if (open.size() < left) {
                    left = open.size();
                    heard = now;
                }
                if (now - heard > CONFIRM_TIMEOUT.toNanos() || now - began > DEADLINE.toNanos()) {
                    throw new IOException("The AMQP broker did not confirm what was published");
                }
                open.wait(LOOK.toMillis());
            }
        }
    }

    private void confirmed(long number, boolean upTo) {
        synchronized (open) {
            if (upTo) {
                open.headSet(number, true).clear();
            } else {
                open.remove(number);
            }
            if (open.isEmpty()) {
                open.notifyAll();
            }
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
