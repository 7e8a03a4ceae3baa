package org.perilune.chassis.postgres;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.perilune.chassis.runtime.BatchDelay;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.chassis.runtime.Threads;

/**
 * Stores what callers bring, all that wait in one transaction: a commit costs a disk's round trip, however much is in
 * it. Nobody is answered before it. One that cannot be stored does not spoil the others of its batch. Safe for threads.
 *
 * @param <T> what is stored
 * @param <R> what is answered of each
 */
public final class GroupCommit<T, R> implements AutoCloseable {
    private static final int MUCH = 4;
    private static final Duration GATHERING = Duration.ofMillis(3);
    private static final Duration TIMEOUT = Duration.ofSeconds(15);
    private static final Duration STOP = Duration.ofSeconds(5);

    private final Jdbi jdbi;
    private final Plan<T, R> plan;
    private final BlockingQueue<Waiting<T, R>> queue;
    private final DistributionSummary sizes;
    private final Counter refused;
    private final Thread writer;
    private volatile boolean closing;

    /** What a batch is made of. */
    @FunctionalInterface
    public interface Writer<T, R> {
        /**
         * Writes in this transaction only; may be called again where PostgreSQL asks to, or for fewer of them.
         *
         * @return an answer for each, in their order
         */
        List<R> write(Handle transaction, List<T> batch) throws SQLException;
    }

    /**
     * @param name of the thread
     * @param meter under which sizes of batches and refusals are counted
     * @param mostWaiting more are refused at once
     * @param mostAtOnce in one transaction
     * @param uncertain for a caller to whom the database did not say whether it stored this: how to find out
     */
    public record Plan<T, R>(
            String name,
            String meter,
            int mostWaiting,
            int mostAtOnce,
            Function<T, String> uncertain,
            Writer<T, R> writer) {}

    /** One caller's. Either the writer claims it, or the caller gives it up: never both. */
    private static final class Waiting<T, R> {
        private final T item;
        private final CompletableFuture<R> answer = new CompletableFuture<>();
        private final AtomicBoolean claimed = new AtomicBoolean();

        private Waiting(T item) {
            this.item = item;
        }

        private boolean claim() {
            return claimed.compareAndSet(false, true);
        }
    }

    private GroupCommit(Jdbi jdbi, Plan<T, R> plan, MeterRegistry meters) {
        this.jdbi = jdbi;
        this.plan = plan;
        this.queue = new ArrayBlockingQueue<>(plan.mostWaiting());
        this.sizes = DistributionSummary.builder(plan.meter() + ".batch").register(meters);
        this.refused = Counter.builder(plan.meter() + ".refused").register(meters);
        this.writer = Threads.start(plan.name(), this::run);
    }

    public static <T, R> GroupCommit<T, R> start(Jdbi jdbi, Plan<T, R> plan, MeterRegistry meters) {
        return new GroupCommit<>(jdbi, plan, meters);
    }

    /**
     * Returns when it is in the database for good.
     *
     * @throws ServiceException.Uncertain when the database did not say, or not in time, whether it stored it
     * @throws ServiceException.Unavailable when there is too much to do, or the database is away; nothing was stored
     */
    public R store(T item) {
        var waiting = new Waiting<T, R>(item);
        if (closing || !queue.offer(waiting)) {
            refused.increment();
            throw new ServiceException.Unavailable(
                    "More is coming in than can be stored. This was not taken; try again shortly.", null);
        }
        try {
            return waiting.answer.get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException failure) {
            if (failure.getCause() instanceof RuntimeException unchecked) {
                throw unchecked;
            }
            throw new IllegalStateException("It could not be stored", failure.getCause());
        } catch (TimeoutException failure) {
            throw waiting.claim() ? notTaken(failure) : uncertain(waiting, failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw waiting.claim() ? notTaken(interrupted) : uncertain(waiting, interrupted);
        }
    }

    private void run() {
        var batch = new ArrayList<Waiting<T, R>>();
        var delay = new BatchDelay(MUCH, GATHERING);
        try {
            while (!closing || !queue.isEmpty()) {
                Waiting<T, R> first = queue.poll(100, TimeUnit.MILLISECONDS);
                if (first == null) {
                    continue;
                }
                delay.await();
                batch.add(first);
                queue.drainTo(batch, plan.mostAtOnce() - 1);
                delay.processed(batch.size());
                batch.removeIf(waiting -> !waiting.claim());
                store(batch);
                batch.clear();
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
    }

    private void store(List<Waiting<T, R>> batch) {
        if (batch.isEmpty()) {
            return;
        }
        List<T> items = batch.stream().map(waiting -> waiting.item).toList();
        try {
            List<R> answers = TransactionRunner.change(
                    jdbi, "", transaction -> plan.writer().write(transaction, items));
            sizes.record(batch.size());
            for (int index = 0; index < batch.size(); index++) {
                batch.get(index).answer.complete(answers.get(index));
            }
        } catch (ServiceException.Uncertain failure) {
            batch.forEach(waiting -> waiting.answer.completeExceptionally(uncertain(waiting, failure)));
        } catch (RuntimeException failure) {
            if (SqlFailures.isAway(failure)) {
                batch.forEach(waiting -> waiting.answer.completeExceptionally(notTaken(failure)));
            } else if (batch.size() == 1) {
                batch.getFirst().answer.completeExceptionally(failure);
            } else {
                // One of them is at fault in a way that checking did not see; the others shall not suffer.
                batch.forEach(waiting -> store(List.of(waiting)));
            }
        }
    }

    private static ServiceException.Unavailable notTaken(Exception failure) {
        return new ServiceException.Unavailable(
                "The database is away or too slow. This was not taken; try again shortly.", failure);
    }

    private ServiceException.Uncertain uncertain(Waiting<T, R> waiting, Exception failure) {
        return new ServiceException.Uncertain(
                "The database did not say whether it stored this. "
                        + plan.uncertain().apply(waiting.item),
                failure);
    }

    /** Ends when everything that waits is stored. */
    @Override
    public void close() {
        closing = true;
        Threads.stop(writer, STOP);
    }
}
