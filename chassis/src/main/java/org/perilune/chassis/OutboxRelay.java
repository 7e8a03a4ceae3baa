package org.perilune.chassis;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.ShutdownSignalException;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.perilune.contracts.Exchanges;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes what is in the {@link Outbox}, oldest first, and marks it sent when the broker has it safe in a queue. Any
 * number of copies share the work. What is not confirmed is published again: consumers see an event at least once. Safe
 * for threads.
 */
public final class OutboxRelay implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(OutboxRelay.class);
    private static final int BATCH = 256;
    /** For what other copies wrote, and what came while the broker was away. */
    private static final Duration POLL = Duration.ofMillis(500);

    private static final Duration PRUNE_EVERY = Duration.ofMinutes(10);
    private static final Duration STOP = Duration.ofSeconds(6);

    private final Postgres postgres;
    private final Amqp amqp;
    private final Counter published;
    private final Counter refused;
    private final Semaphore bell = new Semaphore(0);
    private final Thread worker;
    private @Nullable Channel channel;
    private @Nullable AmqpPublisher publisher;
    private boolean worked = true;
    private long prunedNanos = System.nanoTime();
    private volatile boolean closed;

    private record Row(long seq, AmqpPublisher.Message message) {}

    private OutboxRelay(String service, Postgres postgres, Amqp amqp, MeterRegistry meters) {
        this.postgres = postgres;
        this.amqp = amqp;
        this.published = meters.counter("outbox.published");
        this.refused = meters.counter("outbox.refused");
        this.worker = Threads.start(service + "-outbox", this::run);
    }

    /** @param postgres has the table of {@link Outbox#SCHEMA} */
    public static OutboxRelay start(String service, Postgres postgres, Amqp amqp, MeterRegistry meters) {
        return new OutboxRelay(service, postgres, amqp, meters);
    }

    /** Something was committed: look now, not at the next poll. */
    public void wake() {
        bell.release();
    }

    private void run() {
        try {
            postgres.awaitMigrated();
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
            AmqpPublisher open = opened();
            int sent = postgres.jdbi().inTransaction(handle -> send(handle, open));
            prune();
            if (!worked) {
                LOG.info("Events are published again");
            }
            worked = true;
            return sent == BATCH;
        } catch (IOException | ShutdownSignalException failure) {
            failed("The AMQP broker does not take events; they wait in the outbox", failure);
            drop();
        } catch (InterruptedException stopping) {
            throw stopping;
        } catch (Exception failure) {
            failed("The outbox could not be read; trying again", failure);
            drop();
        }
        return false;
    }

    private AmqpPublisher opened() throws IOException {
        AmqpPublisher known = publisher;
        if (known == null || channel == null || !channel.isOpen()) {
            Channel made = amqp.channel();
            channel = made;
            AmqpTopology.exchanges(made);
            known = AmqpPublisher.on(made);
            publisher = known;
        }
        return known;
    }

    private int send(Handle handle, AmqpPublisher open) throws IOException, InterruptedException {
        List<Row> rows = handle.createQuery("""
                        select seq, exchange, routing_key, message_id, redriven, body from outbox
                        where sent_at is null and held_until <= now()
                        order by seq limit :batch
                        for update skip locked
                        """)
                .bind("batch", BATCH)
                .map((row, context) -> new Row(
                        row.getLong(1),
                        new AmqpPublisher.Message(
                                row.getString(2),
                                row.getString(3),
                                row.getString(4),
                                headers(row.getString(5)),
                                row.getBytes(6))))
                .list();
        if (rows.isEmpty()) {
            return 0;
        }
        List<Boolean> safe = open.publish(rows.stream().map(Row::message).toList());
        var sent = new ArrayList<Long>();
        var held = new ArrayList<Long>();
        for (int i = 0; i < rows.size(); i++) {
            (safe.get(i) ? sent : held).add(rows.get(i).seq());
        }
        mark(handle, "update outbox set sent_at = now() where seq = any(?)", sent);
        mark(handle, "update outbox set held_until = now() + interval '2 seconds' where seq = any(?)", held);
        published.increment(sent.size());
        refused.increment(held.size());
        if (!held.isEmpty()) {
            LOG.warn("No queue takes these events yet; trying again [count: {}]", held.size());
        }
        return rows.size();
    }

    private static void mark(Handle handle, String sql, List<Long> rows) {
        if (!rows.isEmpty()) {
            handle.execute(sql, (Object) rows.toArray(Long[]::new));
        }
    }

    private static Map<String, Object> headers(String redriven) {
        return redriven.isEmpty() ? Map.of() : Map.of(Exchanges.Header.REDRIVEN, redriven);
    }

    /** What was sent is kept for a week, to be published again should the broker lose its disk. */
    private void prune() {
        if (System.nanoTime() - prunedNanos < PRUNE_EVERY.toNanos()) {
            return;
        }
        prunedNanos = System.nanoTime();
        postgres.jdbi().useHandle(handle -> handle.execute("""
                delete from outbox where seq in (
                    select seq from outbox where sent_at < now() - interval '7 days' limit 20000)
                """));
    }

    private void failed(String sentence, Exception failure) {
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
