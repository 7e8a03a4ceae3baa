package org.perilune.chassis;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.ShutdownSignalException;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.perilune.contracts.Topology;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes what some outbox holds, again and again, on a channel that is made anew whenever it broke. Safe for threads.
 */
final class Relay implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Relay.class);
    /** For what other copies wrote, and what came while the broker was away. */
    private static final Duration POLL = Duration.ofMillis(500);

    /** Counting what waits is for people, and must stay cheap. */
    private static final Duration COUNT_EVERY = Duration.ofSeconds(2);

    private static final Duration STOP = Duration.ofSeconds(6);

    private final Unsent unsent;
    private final Amqp amqp;
    /** Whether a service of the topology publishes. */
    private final boolean ours;

    private final Counter published;
    private final Counter refused;
    private final AtomicLong waiting = new AtomicLong();
    private long countedNanos = System.nanoTime() - COUNT_EVERY.toNanos();
    private final Semaphore bell = new Semaphore(0);
    private final Thread worker;
    private @Nullable Channel channel;
    private @Nullable AmqpPublisher publisher;
    private boolean worked = true;
    private boolean refusing;
    private volatile boolean closed;

    /** An outbox. Asked by one thread. */
    interface Unsent {
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
    interface Publisher {
        /**
         * Returns when the broker has answered for all.
         *
         * @return of each message whether it is safe in a queue, in their order
         */
        List<Boolean> publish(List<AmqpPublisher.Message> messages) throws IOException, InterruptedException;
    }

    private Relay(String service, Unsent unsent, Amqp amqp, MeterRegistry meters) {
        this.unsent = unsent;
        this.amqp = amqp;
        this.ours = Topology.SERVICES.stream().anyMatch(one -> one.name().equals(service));
        this.published = meters.counter("outbox.published");
        this.refused = meters.counter("outbox.refused");
        Gauge.builder("outbox.waiting", waiting, AtomicLong::doubleValue)
                .strongReference(true)
                .register(meters);
        this.worker = Threads.start(service + "-outbox", this::run);
    }

    static Relay start(String service, Unsent unsent, Amqp amqp, MeterRegistry meters) {
        return new Relay(service, unsent, amqp, meters);
    }

    void wake() {
        bell.release();
    }

    private void run() {
        try {
            unsent.await();
            while (!closed) {
                boolean more = turn();
                if (!more) {
                    bell.tryAcquire(POLL.toMillis(), TimeUnit.MILLISECONDS);
                    bell.drainPermits();
                }
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        } finally {
            drop();
        }
    }

    /** @return whether there is more to do at once */
    private boolean turn() throws InterruptedException {
        try {
            count();
            AmqpPublisher open = opened();
            boolean more = unsent.send(messages -> counted(open.publish(messages)));
            if (!worked) {
                LOG.info("Events are published again");
            }
            worked = true;
            return more;
        } catch (IOException | ShutdownSignalException failure) {
            failed("The AMQP broker does not take events; they wait in the outbox", failure);
            drop();
        } catch (InterruptedException stopping) {
            throw stopping;
        } catch (Exception | Error failure) {
            // Errors, too: nobody would notice that the one who publishes has ended.
            failed("The outbox could not be read; trying again", failure);
            drop();
        }
        return false;
    }

    /** While the broker is away, too. */
    private void count() throws Exception {
        if (System.nanoTime() - countedNanos >= COUNT_EVERY.toNanos()) {
            countedNanos = System.nanoTime();
            waiting.set(unsent.count());
        }
    }

    private List<Boolean> counted(List<Boolean> safe) {
        int held = (int) safe.stream().filter(one -> !one).count();
        published.increment(safe.size() - held);
        refused.increment(held);
        if (held > 0 && !refusing) {
            // Once: it may go on until event-bus is there.
            LOG.warn("No queue takes these events yet; trying again [count: {}]", held);
        }
        refusing = held > 0;
        return safe;
    }

    private AmqpPublisher opened() throws IOException {
        AmqpPublisher known = publisher;
        if (known == null || channel == null || !channel.isOpen()) {
            declareQueues();
            Channel made = amqp.channel();
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
        try (Channel declaring = amqp.channel()) {
            AmqpTopology.eventQueues(declaring, amqp.queueType());
        } catch (IOException | TimeoutException | ShutdownSignalException refused) {
            if (amqp.problem().isPresent()) {
                throw new IOException("The broker went away", refused);
            }
            LOG.warn("Queues of others could not be declared; events do not wait for who never started", refused);
        }
    }

    private void failed(String sentence, Throwable failure) {
        if (closed) {
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
        } catch (IOException | TimeoutException | ShutdownSignalException ignored) {
            // It is broken, which is why it is dropped.
        }
    }

    /** Finishes the batch under way. */
    @Override
    public void close() {
        closed = true;
        wake();
        Threads.stop(worker, STOP);
    }
}
