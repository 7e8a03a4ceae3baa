package org.perilune.eventbus.log;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jdbi.v3.core.Jdbi;
import org.perilune.chassis.messaging.CloudEvent;
import org.perilune.chassis.messaging.Outbox;
import org.perilune.chassis.messaging.OutboxRelay;
import org.perilune.chassis.postgres.SqlFailures;
import org.perilune.chassis.postgres.TransactionRunner;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.chassis.runtime.Threads;

/**
 * Writes events that were posted into the log and the outbox, those that come at the same time in one transaction:
 * each alone would wait for the others' writes to the disk, since the log has one order. Safe for threads.
 */
public final class LogWriter implements AutoCloseable {
    private static final int WAITING = 256;
    private static final int BATCH = 128;
    private static final Duration PLACE = Duration.ofSeconds(2);
    private static final Duration ANSWER = Duration.ofSeconds(20);
    private static final Duration LOOK = Duration.ofMillis(500);
    private static final Duration STOP = Duration.ofSeconds(5);

    private static final String UNCERTAIN =
            "The event may or may not be in the log; post it again with the same source and id, which is safe";

    private final Jdbi jdbi;
    private final OutboxRelay relay;
    private final LogWatch watch;
    private final BlockingQueue<Posted> waiting = new ArrayBlockingQueue<>(WAITING);
    private final Thread worker;
    private volatile boolean closed;

    private record Posted(CloudEvent event, CompletableFuture<Optional<String>> answer) {}

    private LogWriter(Jdbi jdbi, OutboxRelay relay, LogWatch watch) {
        this.jdbi = jdbi;
        this.relay = relay;
        this.watch = watch;
        this.worker = Threads.start("event-bus-writer", this::run);
    }

    public static LogWriter start(Jdbi jdbi, OutboxRelay relay, LogWatch watch) {
        return new LogWriter(jdbi, relay, watch);
    }

    /**
     * Returns after the commit.
     *
     * @return the event of the same source and id as JSON, where there is one already; nothing was written then
     */
    public Optional<String> write(CloudEvent event) throws InterruptedException {
        var posted = new Posted(event, new CompletableFuture<>());
        if (closed || !waiting.offer(posted, PLACE.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new ServiceException.Unavailable(
                    "More events are posted than can be written; nothing was published", PLACE, null);
        }
        try {
            return posted.answer().get(ANSWER.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException failure) {
            if (failure.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException("An event could not be written", failure);
        } catch (TimeoutException late) {
            throw new ServiceException.Unavailable("The database takes too long. " + UNCERTAIN, PLACE, late);
        }
    }

    private void run() {
        try {
            while (!closed || !waiting.isEmpty()) {
                Posted first = waiting.poll(LOOK.toMillis(), TimeUnit.MILLISECONDS);
                if (first == null) {
                    continue;
                }
                var batch = new ArrayList<Posted>();
                batch.add(first);
                waiting.drainTo(batch, BATCH - 1);
                write(batch);
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
    }

    private void write(List<Posted> batch) {
        List<CloudEvent> events = batch.stream().map(Posted::event).toList();
        List<Optional<String>> there;
        try {
            there = TransactionRunner.change(jdbi, UNCERTAIN, transaction -> {
                List<CloudEvent> fresh = EventLog.append(transaction, events);
                Outbox.append(transaction, fresh);
                return events.stream()
                        .map(event -> EventLog.isAmong(fresh, event)
                                ? Optional.<String>empty()
                                : EventLog.find(transaction, event.source(), event.id()))
                        .toList();
            });
        } catch (RuntimeException failure) {
            if (batch.size() == 1 || SqlFailures.isAway(failure)) {
                batch.forEach(posted -> posted.answer().completeExceptionally(failure));
                return;
            }
            batch.forEach(posted -> write(List.of(posted)));
            return;
        }
        for (int i = 0; i < batch.size(); i++) {
            batch.get(i).answer().complete(there.get(i));
        }
        relay.wake();
        watch.hint();
    }

    /** Writes what waits. */
    @Override
    public void close() {
        closed = true;
        try {
            if (!worker.join(STOP)) {
                worker.interrupt();
            }
        } catch (InterruptedException interruption) {
            Thread.currentThread().interrupt();
        }
    }
}
