package org.perilune.chassis.messaging;

import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.perilune.chassis.postgres.Postgres;
import org.perilune.chassis.postgres.RetentionTask;
import org.perilune.contracts.Exchanges;

/**
 * Publishes what is in the {@link Outbox}, oldest first, and marks it sent when the broker has it safe in a queue. Any
 * number of copies share the work. What is not confirmed is published again: consumers see an event at least once. What
 * was sent stays in the outbox for a day, some gigabytes at a hundred events a second, and is deleted then. Safe for
 * threads.
 */
public final class OutboxRelay implements AutoCloseable {
    private static final int BATCH = 256;

    /** Longer than publishing may take; what a copy had claimed when it died is published after that. */
    private static final Duration CLAIM = AmqpPublisher.DEADLINE.plusSeconds(2);

    private static final int COUNTED_AT_MOST = 100_000;

    private final Relay relay;

    private record Row(long seq, AmqpPublisher.Message message) {}

    private OutboxRelay(Relay relay) {
        this.relay = relay;
    }

    /** @param postgres has the table of {@link Outbox#SCHEMA} */
    public static OutboxRelay start(String service, Postgres postgres, Amqp amqp, MeterRegistry meters) {
        return start(service, postgres, amqp, meters, Relay.POLL);
    }

    /** @param poll how long it waits at most before it looks again, where nobody wakes it */
    static OutboxRelay start(String service, Postgres postgres, Amqp amqp, MeterRegistry meters, Duration poll) {
        return new OutboxRelay(Relay.start(service, new Table(postgres), amqp, meters, poll));
    }

    /** Something was committed: look now, not at the next poll. */
    public void wake() {
        relay.wake();
    }

    /** Finishes the batch under way. */
    @Override
    public void close() {
        relay.close();
    }

    private static final class Table implements Relay.Unsent {
        private final Postgres postgres;
        private final RetentionTask pruning;

        Table(Postgres postgres) {
            this.postgres = postgres;
            this.pruning = new RetentionTask(this::prune);
        }

        @Override
        public void await() throws InterruptedException {
            postgres.awaitMigrated();
        }

        /** Three steps, so that no row is locked and no snapshot held while the broker takes its time. */
        @Override
        public boolean send(Relay.Publisher publisher) throws Exception {
            List<Row> claimed = postgres.jdbi().withHandle(Table::claim);
            if (!claimed.isEmpty()) {
                publish(claimed, publisher);
            }
            pruning.turn();
            return claimed.size() == BATCH;
        }

        private static List<Row> claim(Handle handle) {
            return handle.createQuery("""
                with claimed as (
                    update outbox set held_until = clock_timestamp() + :claim * interval '1 second'
                    where seq in (
                        select seq from outbox
                        where sent_at is null and held_until <= clock_timestamp()
                        order by seq limit :batch
                        for update skip locked)
                    returning seq, exchange, routing_key, message_id, redriven, body)
                select * from claimed order by seq
                """)
                    .bind("claim", CLAIM.toSeconds())
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
        }

        private void publish(List<Row> rows, Relay.Publisher publisher) throws IOException, InterruptedException {
            AmqpPublisher.Answers answers = new AmqpPublisher.Answers(List.of(), Optional.empty());
            try {
                answers = publisher.publish(rows.stream().map(Row::message).toList());
            } finally {
                mark(rows, answers.each());
            }
            if (answers.failure().isPresent()) {
                throw answers.failure().get();
            }
        }

        /** What nobody answered for is free again at once; should this fail, when its claim ends. */
        private void mark(List<Row> rows, List<AmqpPublisher.Answer> answers) {
            var sent = new ArrayList<Long>();
            var held = new ArrayList<Long>();
            var free = new ArrayList<Long>();
            for (int i = 0; i < rows.size(); i++) {
                AmqpPublisher.Answer answer = i < answers.size() ? answers.get(i) : AmqpPublisher.Answer.NONE;
                List<Long> list = switch (answer) {
                    case SAFE -> sent;
                    case REFUSED -> held;
                    case NONE -> free;
                };
                list.add(rows.get(i).seq());
            }
            postgres.jdbi().useTransaction(handle -> {
                mark(handle, "update outbox set sent_at = now() where seq = any(?)", sent);
                mark(handle, "update outbox set held_until = now() + interval '2 seconds' where seq = any(?)", held);
                mark(handle, "update outbox set held_until = '-infinity' where sent_at is null and seq = any(?)", free);
            });
        }

        private static void mark(Handle handle, String sql, List<Long> rows) {
            if (!rows.isEmpty()) {
                handle.execute(sql, (Object) rows.toArray(Long[]::new));
            }
        }

        private static Map<String, Object> headers(String redriven) {
            return redriven.isEmpty() ? Map.of() : Map.of(Exchanges.Header.REDRIVEN, redriven);
        }

        @Override
        public long count() {
            return postgres.jdbi()
                    .withHandle(handle -> handle.createQuery("""
                        select count(*)
                        from (select from outbox where sent_at is null limit :most) as unsent
                        """)
                            .bind("most", COUNTED_AT_MOST)
                            .mapTo(Long.class)
                            .one());
        }

        /** What was sent is kept for a day, to be published again should the broker lose its disk. */
        private int prune() {
            return postgres.jdbi().withHandle(handle -> handle.execute("""
                delete from outbox where seq in (
                    select seq from outbox where sent_at < now() - interval '1 day'
                    limit ? for update skip locked)
                """, RetentionTask.STEP));
        }
    }
}
