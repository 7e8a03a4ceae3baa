package org.perilune.chassis.messaging;

import com.rabbitmq.client.Channel;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.contracts.Exchanges;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where messages go that cannot be handled, each with the reason. For one thread. */
final class DeadLetters {
    private static final int LONGEST_REASON = 1_000;

    /** While the broker takes none, each attempt keeps the consumer's thread for seconds. */
    static final Duration RETRY = Duration.ofSeconds(15);

    private static final Logger LOG = LoggerFactory.getLogger(DeadLetters.class);

    private final Amqp amqp;
    private final String queue;
    private long refusedNanos = System.nanoTime() - RETRY.toNanos();

    DeadLetters(Amqp amqp, String queue) {
        this.amqp = amqp;
        this.queue = queue;
    }

    /** @return whether it is safe there; where not, the message must not be acknowledged */
    boolean take(QueueConsumer.Message message, Throwable failure, int tries) throws InterruptedException {
        if (System.nanoTime() - refusedNanos < RETRY.toNanos()) {
            return false;
        }
        try {
            add(message, failure, tries);
            LOG.warn("A message went to the dead letters [queue: {}, tries: {}]", queue, tries, failure);
            return true;
        } catch (IOException | RuntimeException refused) {
            LOG.warn("The broker takes no dead letter; trying again later [queue: {}]", queue, refused);
            refusedNanos = System.nanoTime();
            return false;
        }
    }

    private void add(QueueConsumer.Message message, Throwable failure, int tries)
            throws IOException, InterruptedException {
        var headers = new HashMap<String, Object>();
        headers.put(Exchanges.Header.QUEUE, queue);
        headers.put(Exchanges.Header.TRIES, tries);
        headers.put(Exchanges.Header.REASON, reason(failure));
        Object redriven = message.headers().get(Exchanges.Header.REDRIVEN);
        if (redriven != null) {
            headers.put(Exchanges.Header.REDRIVEN, redriven.toString());
        }
        var letter =
                new AmqpPublisher.Message(Exchanges.DEAD_LETTERS, queue, message.messageId(), headers, message.body());
        // A channel each: there are few. On the connection that publishes, which alone a broker without room blocks.
        try (Channel channel = amqp.publishing()) {
            AmqpPublisher.Answers answers = AmqpPublisher.on(channel).publish(List.of(letter));
            if (answers.each().getFirst() != AmqpPublisher.Answer.SAFE) {
                throw new IOException(
                        "The broker does not take a dead letter",
                        answers.failure().orElse(null));
            }
        } catch (TimeoutException late) {
            throw new IOException("The broker does not take a dead letter", late);
        }
    }

    private static String reason(Throwable failure) {
        String text = failure instanceof ServiceException
                ? String.valueOf(failure.getMessage())
                : failure.getClass().getSimpleName() + ": " + failure.getMessage();
        String clean = text.replaceAll("\\p{Cntrl}+", " ");
        return clean.length() <= LONGEST_REASON ? clean : clean.substring(0, LONGEST_REASON - 1) + "…";
    }
}
