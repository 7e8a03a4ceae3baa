package org.perilune.chassis;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Delivery;
import com.rabbitmq.client.ShutdownSignalException;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes messages out of a queue and acknowledges each after the transaction of its effect. Many are handled in one
 * transaction; where that fails, each in its own. A message that fails is tried again a stated number of times while
 * others go on, then given to {@link DeadLetters}. While the database is away nothing counts as a try. Safe for threads.
 */
public final class QueueConsumer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(QueueConsumer.class);
    private static final Duration LOOK = Duration.ofMillis(100);
    private static final Duration RECONNECT = Duration.ofMillis(300);
    private static final Duration DATABASE_RETRY = Duration.ofMillis(300);
    private static final Duration STOP = Duration.ofSeconds(6);
    private static final int BATCH = 256;

    private final Plan plan;
    private final Postgres postgres;
    private final Amqp amqp;
    private final BatchHandler handler;
    private final Counter handled;
    private final Counter failures;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread worker;
    private volatile String problem = "nothing was consumed yet";

    /** A message as it was delivered. */
    public record Message(String queue, String messageId, Map<String, Object> headers, byte[] body) {
        static Message of(String queue, Delivery delivery) {
            String id = delivery.getProperties().getMessageId();
            Map<String, Object> headers = delivery.getProperties().getHeaders();
            return new Message(queue, id == null ? "" : id, headers == null ? Map.of() : headers, delivery.getBody());
        }
    }

    /** Makes a message's effect, in the transaction only. May be called again for the same message. */
    @FunctionalInterface
    public interface Handler {
        /** @throws ServiceException.Invalid or Malformed if no try can ever succeed */
        void handle(Handle transaction, Message message);
    }

    /** Makes the effects of several messages in their order; of one alone after a batch with it failed. */
    @FunctionalInterface
    interface BatchHandler {
        void handle(Handle transaction, List<Message> messages);
    }

    @FunctionalInterface
    interface Declaration {
        void declare(Channel channel) throws IOException;
    }

    /**
     * @param prefetch messages in hand at most
     * @param tries before a message is a dead letter
     * @param firstRetry the pause after the first try; each is three times the last
     */
    record Plan(String queue, Declaration declaration, int prefetch, int tries, Duration firstRetry) {}

    private QueueConsumer(Plan plan, Postgres postgres, Amqp amqp, BatchHandler handler, MeterRegistry meters) {
        this.plan = plan;
        this.postgres = postgres;
        this.amqp = amqp;
        this.handler = handler;
        this.handled = meters.counter("events.handled", "queue", plan.queue());
        this.failures = meters.counter("events.failures", "queue", plan.queue());
        this.worker = Threads.start(plan.queue(), this::run);
    }

    static QueueConsumer start(Plan plan, Postgres postgres, Amqp amqp, BatchHandler handler, MeterRegistry meters) {
        return new QueueConsumer(plan, postgres, amqp, handler, meters);
    }

    /** For {@link Health}: empty while messages are taken from the queue. */
    public Optional<String> problem() {
        return problem.isEmpty() ? Optional.empty() : Optional.of(plan.queue() + ": " + problem);
    }

    private void run() {
        try {
            postgres.awaitMigrated();
            while (closing.getCount() > 0) {
                try (Channel channel = amqp.channel()) {
                    consume(channel);
                } catch (IOException | TimeoutException | ShutdownSignalException failure) {
                    note(failure);
                }
                closing.await(RECONNECT.toMillis(), TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
    }

    private void note(Exception failure) {
        if (problem.isEmpty()) {
            LOG.warn("Messages cannot be taken; trying again [queue: {}]", plan.queue(), failure);
        }
        problem = String.valueOf(failure.getMessage());
    }

    private void consume(Channel channel) throws IOException, InterruptedException {
        plan.declaration().declare(channel);
        var deadLetters = new DeadLetters(AmqpPublisher.on(channel), plan.queue());
        var inbound = new LinkedBlockingQueue<Delivery>();
        var waiting = new PriorityQueue<Attempt>(Comparator.comparingLong(Attempt::dueNanos));
        var cancelled = new CountDownLatch(1);
        channel.basicQos(plan.prefetch());
        channel.basicConsume(
                plan.queue(), false, (tag, delivery) -> inbound.add(delivery), tag -> cancelled.countDown());
        problem = "";
        while (closing.getCount() > 0 && channel.isOpen() && cancelled.getCount() > 0) {
            List<Attempt> batch = next(inbound, waiting);
            if (batch.isEmpty()) {
                continue;
            }
            if (batch.size() > 1 && together(batch)) {
                acknowledge(channel, batch, waiting.isEmpty());
                continue;
            }
            for (Attempt attempt : batch) {
                if (!channel.isOpen() || closing.getCount() == 0) {
                    break; // the rest is delivered again, to whoever is there
                }
                alone(channel, attempt, deadLetters, waiting);
            }
        }
        if (closing.getCount() > 0) {
            throw new IOException(cancelled.getCount() == 0 ? "the queue was removed" : "the connection broke");
        }
    }

    /** One delivery and how often it was tried. */
    private record Attempt(Delivery delivery, int tries, long dueNanos) {
        Attempt again(Duration pause) {
            return new Attempt(delivery, tries + 1, System.nanoTime() + pause.toNanos());
        }

        boolean isDue() {
            return dueNanos - System.nanoTime() <= 0;
        }
    }

    private static List<Attempt> next(LinkedBlockingQueue<Delivery> inbound, PriorityQueue<Attempt> waiting)
            throws InterruptedException {
        var batch = new ArrayList<Attempt>();
        while (!waiting.isEmpty() && waiting.peek().isDue() && batch.size() < BATCH) {
            batch.add(waiting.remove());
        }
        if (batch.isEmpty()) {
            Duration pause = waiting.isEmpty() ? LOOK : Duration.ofMillis(10);
            Delivery first = inbound.poll(pause.toMillis(), TimeUnit.MILLISECONDS);
            if (first != null) {
                batch.add(new Attempt(first, 0, 0));
            }
        }
        var more = new ArrayList<Delivery>();
        inbound.drainTo(more, BATCH - batch.size());
        more.forEach(delivery -> batch.add(new Attempt(delivery, 0, 0)));
        return batch;
    }

    /** @return false where each must go alone, since one of them fails or the database is away */
    private boolean together(List<Attempt> batch) {
        try {
            List<Message> messages = batch.stream()
                    .map(attempt -> Message.of(plan.queue(), attempt.delivery()))
                    .toList();
            postgres.jdbi().useTransaction(handle -> handler.handle(handle, messages));
            return true;
        } catch (RuntimeException failure) {
            LOG.debug("Not all of a batch could be handled; each goes alone [queue: {}]", plan.queue(), failure);
            return false;
        }
    }

    private void alone(Channel channel, Attempt attempt, DeadLetters deadLetters, PriorityQueue<Attempt> waiting)
            throws IOException, InterruptedException {
        Message message = Message.of(plan.queue(), attempt.delivery());
        while (true) {
            try {
                postgres.jdbi().useTransaction(handle -> handler.handle(handle, List.of(message)));
                acknowledge(channel, attempt);
                return;
            } catch (RuntimeException failure) {
                failures.increment();
                if (SqlFailures.isAway(failure)) {
                    if (closing.await(DATABASE_RETRY.toMillis(), TimeUnit.MILLISECONDS) || !channel.isOpen()) {
                        return; // delivered again
                    }
                    continue;
                }
                int tries = attempt.tries() + 1;
                boolean hopeless =
                        failure instanceof ServiceException.Invalid || failure instanceof ServiceException.Malformed;
                if (!hopeless && tries < plan.tries()) {
                    Duration pause = plan.firstRetry().multipliedBy((long) Math.pow(3, Math.min(attempt.tries(), 8)));
                    waiting.add(attempt.again(pause));
                    return;
                }
                LOG.warn("A message goes to the dead letters [queue: {}, tries: {}]", plan.queue(), tries, failure);
                deadLetters.add(message, failure, tries);
                channel.basicAck(attempt.delivery().getEnvelope().getDeliveryTag(), false);
                return;
            }
        }
    }

    private void acknowledge(Channel channel, Attempt attempt) throws IOException {
        handled.increment();
        channel.basicAck(attempt.delivery().getEnvelope().getDeliveryTag(), false);
    }

    /** @param all whether nothing older is in hand: then one word does for them all, and one write to the disk */
    private void acknowledge(Channel channel, List<Attempt> batch, boolean all) throws IOException {
        if (!all) {
            for (Attempt attempt : batch) {
                acknowledge(channel, attempt);
            }
            return;
        }
        long last = batch.stream()
                .mapToLong(attempt -> attempt.delivery().getEnvelope().getDeliveryTag())
                .max()
                .orElseThrow();
        handled.increment(batch.size());
        channel.basicAck(last, true);
    }

    /** Finishes what is under way; what was not begun is delivered to another copy, or again. */
    @Override
    public void close() {
        closing.countDown();
        Threads.stop(worker, STOP);
    }
}
