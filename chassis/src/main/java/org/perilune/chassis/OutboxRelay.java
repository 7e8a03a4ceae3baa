package org.perilune.chassis;

import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.perilune.contracts.Exchanges;

/**
 * Publishes what is in the {@link Outbox}, oldest first, and marks it sent when the broker has it safe in a queue. Any
 * number of copies share the work. What is not confirmed is published again: consumers see an event at least once. What
 * was sent stays in the outbox for a day, some gigabytes at a hundred events a second, and is deleted then. Safe for
 * threads.
 */
public final class OutboxRelay implements AutoCloseable {
    private static final int BATCH = 256;
    private static final int COUNTED_AT_MOST = 100_000;

    private final Relay relay;

    private record Row(long seq, AmqpPublisher.Message message) {}

    private OutboxRelay(Relay relay) {
        this.relay = relay;
    }

    /** @param postgres has the table of {@link Outbox#SCHEMA} */
    public static OutboxRelay start(String service, Postgres postgres, Amqp amqp, MeterRegistry meters) {
        return new OutboxRelay(Relay.start(service, new Table(postgres), amqp, meters));
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
        private final Pruning pruning;

        Table(Postgres postgres) {
            this.postgres = postgres;
            this.pruning = new Pruning(this::prune);
        }

        @Override
        public void await() throws InterruptedException {
            postgres.awaitMigrated();
        }

        @Override
        public boolean send(Relay.Publisher publisher) throws Exception {
            int sent = postgres.jdbi().inTransaction(handle -> send(handle, publisher));
            pruning.turn();
            return sent == BATCH;
        }

        private int send(Handle handle, Relay.Publisher publisher) throws IOException, InterruptedException {
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
            List<Boolean> safe =
                    publisher.publish(rows.stream().map(Row::message).toList());
            var sent = new ArrayList<Long>();
            var held = new ArrayList<Long>();
            for (int i = 0; i < rows.size(); i++) {
                (safe.get(i) ? sent : held).add(rows.get(i).seq());
            }
            mark(handle, "update outbox set sent_at = now() where seq = any(?)", sent);
            mark(handle, "update outbox set held_until = now() + interval '2 seconds' where seq = any(?)", held);
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
                    """, Pruning.STEP));
        }
    }
}
