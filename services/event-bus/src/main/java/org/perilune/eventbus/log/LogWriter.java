package org.perilune.eventbus.log;

import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.perilune.chassis.messaging.CloudEvent;
import org.perilune.chassis.messaging.Outbox;
import org.perilune.chassis.messaging.OutboxRelay;
import org.perilune.chassis.postgres.GroupCommit;

/**
 * Writes events that were posted into the log and the outbox, those that come at the same time in one transaction:
 * each alone would wait for the others' writes to the disk, since the log has one order. Safe for threads.
 */
public final class LogWriter implements AutoCloseable {
    private static final int MOST_WAITING = 256;
    private static final int MOST_AT_ONCE = 128;

    private final GroupCommit<CloudEvent, Optional<String>> commits;
    private final OutboxRelay relay;
    private final LogWatch watch;

    private LogWriter(GroupCommit<CloudEvent, Optional<String>> commits, OutboxRelay relay, LogWatch watch) {
        this.commits = commits;
        this.relay = relay;
        this.watch = watch;
    }

    public static LogWriter start(Jdbi jdbi, OutboxRelay relay, LogWatch watch, MeterRegistry meters) {
        var plan = new GroupCommit.Plan<CloudEvent, Optional<String>>(
                "event-bus-writer",
                "events.posted",
                MOST_WAITING,
                MOST_AT_ONCE,
                event -> "Post the event again with the same source and id, which is safe.",
                LogWriter::append);
        return new LogWriter(GroupCommit.start(jdbi, plan, meters), relay, watch);
    }

    /**
     * Returns after the commit.
     *
     * @return the event of the same source and id as JSON, where there is one already; nothing was written then
     */
    public Optional<String> write(CloudEvent event) {
        Optional<String> there = commits.store(event);
        relay.wake();
        watch.hint();
        return there;
    }

    private static List<Optional<String>> append(Handle transaction, List<CloudEvent> events) {
        List<CloudEvent> fresh = EventLog.append(transaction, events);
        Outbox.append(transaction, fresh);
        return events.stream()
                .map(event -> EventLog.isAmong(fresh, event)
                        ? Optional.<String>empty()
                        : EventLog.find(transaction, event.source(), event.id()))
                .toList();
    }

    /** Ends when everything that waits is written. */
    @Override
    public void close() {
        commits.close();
    }
}
