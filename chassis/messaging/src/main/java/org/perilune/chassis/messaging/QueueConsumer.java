package org.perilune.chassis.messaging;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Delivery;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jdbi.v3.core.Handle;
import org.perilune.chassis.messaging.InFlightDeliveries.InFlightDelivery;
import org.perilune.chassis.postgres.Postgres;
import org.perilune.chassis.postgres.RetentionTask;
import org.perilune.chassis.postgres.SqlFailures;
import org.perilune.chassis.runtime.Health;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.chassis.runtime.Threads;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes messages out of a queue and acknowledges each after the transaction of its effect. Many are handled in one
 * transaction; where that fails, each in its own. A message that fails is tried again a stated number of times while
 * others go on, then given to {@link DeadLetters}. While the database is away nothing counts as a try. Safe for threads.
 */
public final class QueueConsumer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(QueueConsumer.class);
    private static final Duration RECONNECT = Duration.ofMillis(300);
    private static final Duration DATABASE_RETRY = Duration.ofMillis(300);
    private static final Duration TIMEOUT_RETRY = Duration.ofSeconds(2);
    private static final Duration LONGEST_TIMEOUT_RETRY = Duration.ofMinutes(5);
    /** Some half an hour: longer than a copy hangs whose locks stand in its way. */
    private static final int MOST_TIMEOUTS = 10;

    private static final Duration LONGEST_RETRY = Duration.ofMinutes(11);
    private static final Duration STOP = Duration.ofSeconds(6);

    private final Plan plan;
    private final Postgres postgres;
    private final Amqp amqp;
    private final BatchHandler handler;
    private final Counter handled;
    private final Counter failures;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread worker;
    private final RetentionTask inbox;
    private boolean told;
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
        this.inbox = new RetentionTask(() -> Inbox.prune(postgres));
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
                } catch (IOException | TimeoutException | RuntimeException | Error failure) {
                    // Errors, too: nobody would notice that the one who takes messages has ended.
                    note(failure);
                }
                closing.await(RECONNECT.toMillis(), TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
    }

    private void note(Throwable failure) {
        if (!told) {
            LOG.warn("Messages cannot be taken; trying again [queue: {}]", plan.queue(), failure);
        }
        told = true;
        problem = String.valueOf(failure.getMessage());
    }

    private void consume(Channel channel) throws IOException, InterruptedException {
        plan.declaration().declare(channel);
        var deadLetters = new DeadLetters(amqp, plan.queue());
        var inFlight = new InFlightDeliveries();
        var cancelled = new CountDownLatch(1);
        channel.basicQos(plan.prefetch());
        channel.basicConsume(
                plan.queue(), false, (tag, delivery) -> inFlight.add(delivery), tag -> cancelled.countDown());
        problem = "";
        told = false;
        while (closing.getCount() > 0 && channel.isOpen() && cancelled.getCount() > 0) {
            List<InFlightDelivery> batch = inFlight.fresh();
            if (batch.size() > 1 && together(batch)) {
                inFlight.acknowledge(channel, batch);
                handled.increment(batch.size());
            } else {
                each(channel, batch, deadLetters, inFlight);
            }
            each(channel, inFlight.due(), deadLetters, inFlight);
            prune();
        }
        if (closing.getCount() > 0) {
            throw new IOException(cancelled.getCount() == 0 ? "the queue was removed" : "the connection broke");
        }
    }

    private void each(
            Channel channel, List<InFlightDelivery> attempts, DeadLetters deadLetters, InFlightDeliveries inFlight)
            throws IOException, InterruptedException {
        for (InFlightDelivery attempt : attempts) {
            if (!channel.isOpen() || closing.getCount() == 0) {
                return; // the rest is delivered again, to whoever is there
            }
            alone(channel, attempt, deadLetters, inFlight);
        }
    }

    private void prune() {
        try {
            inbox.turn();
        } catch (RuntimeException failure) {
            LOG.debug("The inbox could not be pruned; trying again later [queue: {}]", plan.queue(), failure);
        }
    }

    /** @return false where each must go alone, since one of them fails or the database is away */
    private boolean together(List<InFlightDelivery> batch) {
        try {
            List<Message> messages = batch.stream()
                    .map(attempt -> Message.of(plan.queue(), attempt.delivery()))
                    .toList();
            postgres.jdbi().useTransaction(handle -> handler.handle(handle, messages));
            return true;
        } catch (RuntimeException | StackOverflowError failure) {
            LOG.debug("Not all of a batch could be handled; each goes alone [queue: {}]", plan.queue(), failure);
            return false;
        }
    }

    private void alone(Channel channel, InFlightDelivery attempt, DeadLetters deadLetters, InFlightDeliveries inFlight)
            throws IOException, InterruptedException {
        Message message = Message.of(plan.queue(), attempt.delivery());
        while (true) {
            try {
                postgres.jdbi().useTransaction(handle -> handler.handle(handle, List.of(message)));
                inFlight.acknowledge(channel, attempt);
                handled.increment();
                return;
            } catch (RuntimeException | StackOverflowError failure) {
                failures.increment();
                boolean tooLong = SqlFailures.isTimeout(failure);
                if (tooLong && attempt.timeouts() + 1 < MOST_TIMEOUTS) {
                    // Perhaps its own fault, perhaps a hung copy's: it is given up late, and others go first.
                    inFlight.tookTooLong(
                            attempt,
                            InFlightDeliveries.pauseAfter(TIMEOUT_RETRY, attempt.timeouts(), LONGEST_TIMEOUT_RETRY));
                    return;
                }
                if (!tooLong && SqlFailures.isAway(failure)) {
                    if (closing.await(DATABASE_RETRY.toMillis(), TimeUnit.MILLISECONDS) || !channel.isOpen()) {
                        return; // delivered again
                    }
                    continue;
                }
                int tries = attempt.tries() + 1;
                boolean hopeless =
                        failure instanceof ServiceException.Invalid || failure instanceof ServiceException.Malformed;
                if (!hopeless && !tooLong && tries < plan.tries()) {
                    inFlight.tryAgain(
                            attempt, InFlightDeliveries.pauseAfter(plan.firstRetry(), attempt.tries(), LONGEST_RETRY));
                    return;
                }
                if (deadLetters.take(message, failure, tries)) {
                    inFlight.acknowledge(channel, attempt);
                } else {
                    // A broker without room takes nothing; what is taken from it makes room, and must go on.
                    inFlight.later(attempt, DeadLetters.RETRY);
                }
                return;
            }
        }
    }

    /** Finishes what is under way; what was not begun is delivered to another copy, or again. */
    @Override
    public void close() {
        closing.countDown();
        Threads.stop(worker, STOP);
    }
}
