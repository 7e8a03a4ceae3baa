package org.perilune.commanddispatcher.intake;

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
import org.jdbi.v3.core.Jdbi;
import org.perilune.chassis.http.IdempotencyKey;
import org.perilune.chassis.postgres.SqlFailures;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.chassis.runtime.Threads;
import org.perilune.commanddispatcher.lifecycle.BatchDelay;
import org.perilune.commanddispatcher.lifecycle.CommandRecord;
import org.perilune.commanddispatcher.lifecycle.CommandStore;
import org.perilune.commanddispatcher.lifecycle.NewCommand;

/**
 * Stores what requests bring, all that wait in one transaction: a commit costs a disk's round trip, however much is in
 * it. Nobody is answered before it. Safe for threads.
 */
public final class Intake implements AutoCloseable {
    private static final int MOST_WAITING = 2_000;
    private static final int MOST_AT_ONCE = 256;
    private static final int MOST_TRIES = 3;
    private static final int MUCH = 4;
    private static final Duration GATHERING = Duration.ofMillis(3);
    private static final Duration TIMEOUT = Duration.ofSeconds(15);
    private static final Duration STOP = Duration.ofSeconds(5);

    private final Jdbi jdbi;
    private final BlockingQueue<Waiting> queue = new ArrayBlockingQueue<>(MOST_WAITING);
    private final DistributionSummary sizes;
    private final Counter refused;
    private final Thread writer;
    private volatile boolean closing;

    private Intake(Jdbi jdbi, MeterRegistry meters) {
        this.jdbi = jdbi;
        this.sizes = DistributionSummary.builder("commands.intake.batch").register(meters);
        this.refused = Counter.builder("commands.intake.refused").register(meters);
        this.writer = Threads.start("command-intake", this::run);
    }

    public static Intake open(Jdbi jdbi, MeterRegistry meters) {
        return new Intake(jdbi, meters);
    }

    /** It may have been stored or not. The message is for the caller. */
    static final class Uncertain extends RuntimeException {
        private static final long serialVersionUID = 1;

        Uncertain(String message, Exception cause) {
            super(message, cause);
        }
    }

    /** One request's command. Either the writer claims it, or the request gives it up: never both. */
    private static final class Waiting {
        private final NewCommand command;
        private final CompletableFuture<CommandStore.Keyed> answer = new CompletableFuture<>();
        private final AtomicBoolean claimed = new AtomicBoolean();

        private Waiting(NewCommand command) {
            this.command = command;
        }

        private boolean claim() {
            return claimed.compareAndSet(false, true);
        }
    }

    /**
     * Returns when it is in the database for good.
     *
     * @return the command, or the one that the same key and body brought before
     * @throws ServiceException.Conflict where the key brought another body before
     * @throws ServiceException.Unavailable when there is too much to do, or the database is away; nothing was stored
     * @throws Uncertain when the database went away before it said what came of it
     */
    CommandRecord take(NewCommand command) {
        var waiting = new Waiting(command);
        if (closing || !queue.offer(waiting)) {
            refused.increment();
            throw new ServiceException.Unavailable(
                    "More commands are coming in than can be stored. This one was not taken; try again shortly.", null);
        }
        CommandStore.Keyed stored = await(waiting);
        IdempotencyKey key = command.key();
        if (key != null) {
            key.requireSame(stored.requestHash());
        }
        return stored.command();
    }

    private CommandStore.Keyed await(Waiting waiting) {
        try {
            return waiting.answer.get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException failure) {
            if (failure.getCause() instanceof RuntimeException unchecked) {
                throw unchecked;
            }
            throw new IllegalStateException("A command could not be stored", failure.getCause());
        } catch (TimeoutException failure) {
            throw waiting.claim() ? notTaken(failure) : uncertain(waiting, failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw waiting.claim() ? notTaken(interrupted) : uncertain(waiting, interrupted);
        }
    }

    /** Ends when everything that waits is stored. */
    @Override
    public void close() {
        closing = true;
        try {
            writer.join(STOP);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        var batch = new ArrayList<Waiting>();
        var delay = new BatchDelay(MUCH, GATHERING);
        while (true) {
            try {
                Waiting first = queue.poll(100, TimeUnit.MILLISECONDS);
                if (first == null) {
                    if (closing) {
                        return;
                    }
                    continue;
                }
                delay.await();
                batch.add(first);
                queue.drainTo(batch, MOST_AT_ONCE - 1);
                delay.processed(batch.size());
                batch.removeIf(waiting -> !waiting.claim());
                store(List.copyOf(batch), 1);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                return;
            } finally {
                batch.clear();
            }
        }
    }

    private void store(List<Waiting> batch, int attempt) {
        if (batch.isEmpty()) {
            return;
        }
        var committing = new AtomicBoolean();
        try {
            List<CommandStore.Keyed> stored = jdbi.inTransaction(handle -> {
                List<CommandStore.Keyed> all = CommandStore.insert(
                        handle, batch.stream().map(waiting -> waiting.command).toList());
                committing.set(true);
                return all;
            });
            sizes.record(batch.size());
            for (int index = 0; index < batch.size(); index++) {
                batch.get(index).answer.complete(stored.get(index));
            }
        } catch (SQLException | RuntimeException failure) {
            if (wasRolledBack(failure) && attempt < MOST_TRIES) {
                store(batch, attempt + 1);
            } else if (SqlFailures.isAway(failure)) {
                batch.forEach(waiting -> waiting.answer.completeExceptionally(
                        committing.get() ? uncertain(waiting, failure) : notTaken(failure)));
            } else if (batch.size() == 1) {
                batch.getFirst().answer.completeExceptionally(failure);
            } else {
                // One of them is at fault in a way that checking did not see; the others shall not suffer.
                batch.forEach(waiting -> store(List.of(waiting), attempt));
            }
        }
    }

    /** A deadlock or the like: PostgreSQL asks to try again. */
    private static boolean wasRolledBack(Exception failure) {
        return SqlFailures.state(failure)
                .filter(state -> state.startsWith("40"))
                .isPresent();
    }

    private static ServiceException.Unavailable notTaken(Exception failure) {
        return new ServiceException.Unavailable(
                "The database is away or too slow. The command was not taken; try again shortly.", failure);
    }

    private static Uncertain uncertain(Waiting waiting, Exception failure) {
        return new Uncertain(
                "The database did not say whether it stored the command "
                        + waiting.command.command().id() + ". Look for it under /commands/"
                        + waiting.command.command().id()
                        + ", or send the request again with the same Idempotency-Key.",
                failure);
    }
}
