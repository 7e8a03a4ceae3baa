package org.perilune.chassis.messaging;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.ShutdownSignalException;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.runtime.Threads;
import org.perilune.chassis.runtime.WakeupSignal;
import org.perilune.chassis.tracing.Tracing;
import org.perilune.contracts.Topology;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes what some outbox holds, again and again, on a channel that is made anew whenever it broke. Safe for threads.
 */
public final class Relay implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Relay.class);
    /** For what other copies wrote, and what came while the broker was away. */
    static final Duration POLL = Duration.ofMillis(500);

    /** After a failure, whoever wakes us meanwhile; doubled up to the longest. */
    private static final Duration FIRST_PAUSE = Duration.ofMillis(500);

    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);

    /** Counting what waits is for people, and must stay cheap. */
    private static final Duration COUNT_EVERY = Duration.ofSeconds(2);

    private static final Duration STOP = Duration.ofSeconds(6);

    private final Unsent unsent;
    private final Amqp amqp;
    /** Whether a service of the topology publishes. */
    private final boolean ours;

    private final RelayMeters meters;
    private final Duration poll;
    private long countedNanos = System.nanoTime() - COUNT_EVERY.toNanos();
    private final WakeupSignal wakeup = new WakeupSignal();
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread worker;
    private @Nullable Channel channel;
    private @Nullable AmqpPublisher publisher;
    private boolean worked = true;
    /** Something unconfirmed waits in the channel for a broker that reads nothing just now. */
    private boolean stale;

    private enum Turn {
        MORE,
        DONE,
        FAILED
    }

    /** An outbox. Asked by one thread. */
    public interface Unsent {
        /** Returns when the outbox can be read. */
        void await() throws InterruptedException;

        /**
         * Gives some messages to the publisher, and marks those that are safe in a queue.
         *
         * @return whether there is more to do at once
         */
        boolean send(Publisher publisher) throws Exception;

        /** How many messages are unsent, as far as that is known cheaply. */
        long count() throws Exception;
    }

    /** Publishes. */
    @FunctionalInterface
    public interface Publisher {
        /**
         * Returns when the broker has answered for all, or answers no more. What it answered is to be marked in either
         * case; the caller then throws the failure, where there is one. Must not be called within a transaction:
         * brokers take their time.
         */
        AmqpPublisher.Answers publish(List<AmqpPublisher.Message> messages) throws InterruptedException;
    }

    private Relay(String service, Unsent unsent, Amqp amqp, MeterRegistry meters, Duration poll) {
        this.poll = poll;
        this.unsent = unsent;
        this.amqp = amqp;
        this.ours = Topology.SERVICES.stream().anyMatch(one -> one.name().equals(service));
        this.meters = new RelayMeters(amqp, meters);
        this.worker = Threads.start(service + "-outbox", this::run);
    }

    public static Relay start(String service, Unsent unsent, Amqp amqp, MeterRegistry meters) {
        return start(service, unsent, amqp, meters, POLL);
    }

    /** @param poll how long it waits at most before it looks again, where nobody wakes it */
    public static Relay start(String service, Unsent unsent, Amqp amqp, MeterRegistry meters, Duration poll) {
        return new Relay(service, unsent, amqp, meters, poll);
    }

    public void wake() {
        wakeup.raise();
    }

    private void run() {
        try {
            unsent.await();
            Duration pause = FIRST_PAUSE;
            while (closing.getCount() > 0) {
                Turn turn = turn();
                if (turn == Turn.FAILED) {
                    // Whatever is raised meanwhile: under load that is all the time, and the broker would be called
                    // without end.
                    closing.await(pause.toMillis(), TimeUnit.MILLISECONDS);
                    pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
                    continue;
                }
                pause = FIRST_PAUSE;
                if (turn == Turn.DONE) {
                    wakeup.await(poll);
                }
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        } finally {
            drop();
        }
    }

    private Turn turn() throws InterruptedException {
        try {
            count();
            Optional<String> blocked = amqp.blocked();
            if (blocked.isPresent()) {
                throw new IOException("It reads nothing that is published just now: " + blocked.get());
            }
            if (stale) {
                drop();
            }
            meters.attempt();
            AmqpPublisher open = opened();
            boolean more = unsent.send(messages -> published(open, messages));
            if (!worked) {
                LOG.info("Events are published again");
            }
            worked = true;
            return more ? Turn.MORE : Turn.DONE;
        } catch (IOException | ShutdownSignalException failure) {
            failed("The AMQP broker does not take events; they wait in the outbox", failure);
            if (amqp.blocked().isPresent()) {
                // What is in the channel is read later; more connections would only publish it again and again.
                stale = true;
            } else {
                drop();
            }
        } catch (InterruptedException stopping) {
            throw stopping;
        } catch (Exception | Error failure) {
            // Errors, too: nobody would notice that the one who publishes has ended.
            failed("The outbox could not be read; trying again", failure);
            drop();
        }
        return Turn.FAILED;
    }

    private AmqpPublisher.Answers published(AmqpPublisher open, List<AmqpPublisher.Message> messages)
            throws InterruptedException {
        try (AmqpLine.Deadline _ = amqp.deadline()) {
            long began = Tracing.nowEpochNanos();
            AmqpPublisher.Answers answers = open.publish(messages);
            EventSpans.published(amqp.tracing(), messages, answers, began);
            return meters.counted(answers);
        }
    }

    /** While the broker is away, too. */
    private void count() throws Exception {
        if (System.nanoTime() - countedNanos >= COUNT_EVERY.toNanos()) {
            countedNanos = System.nanoTime();
            meters.waiting(unsent.count());
        }
    }

    private AmqpPublisher opened() throws IOException {
        AmqpPublisher known = publisher;
        if (known == null || channel == null || !channel.isOpen()) {
            declareQueues();
            Channel made = amqp.publishing();
            channel = made;
            AmqpTopology.exchanges(made);
            known = AmqpPublisher.on(made);
            publisher = known;
        }
        return known;
    }

    /**
     * Before anything is published: what comes before a queue is there is not for it, and a service that starts later
     * would miss it for good. Where the broker does not let us, each service declares its own as it starts.
     */
    private void declareQueues() throws IOException {
        if (!ours) {
            return;
        }
        AmqpTopology.unbindAbsent(amqp);
        try (Channel declaring = amqp.publishing()) {
            AmqpTopology.eventQueues(declaring, amqp.config());
        } catch (IOException | TimeoutException | ShutdownSignalException refused) {
            if (amqp.problem().isPresent()) {
                throw new IOException("The broker went away", refused);
            }
            LOG.warn("Queues of others could not be declared; events do not wait for who never started", refused);
        }
    }

    private void failed(String sentence, Throwable failure) {
        if (closing.getCount() == 0) {
            return;
        }
        if (worked) {
            LOG.warn(sentence, failure);
        }
        worked = false;
    }

    private void drop() {
        try (Channel _ = channel) {
            channel = null;
            publisher = null;
            stale = false;
        } catch (IOException | TimeoutException | ShutdownSignalException ignored) {
            // It is broken, which is why it is dropped.
        }
    }

    /** Finishes the batch under way. */
    @Override
    public void close() {
        closing.countDown();
        wake();
        Threads.stop(worker, STOP);
    }
}
