package org.perilune.chassis.messaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.perilune.contracts.Exchanges;
import org.perilune.contracts.Topology;
import org.perilune.testkit.TestBroker;

/** What breaks between the outbox and an effect. */
final class EventFaultsTest extends WithEvents {
    /** Without it the broker is told to nobody. */
    EventFaultsTest(TestBroker broker) {
        super(broker);
    }

    /** What was committed but could not be acknowledged comes again, and has no second effect. */
    @Test
    void aConnectionCutWithinABatchLosesAndDoublesNothing() {
        var cut = new AtomicBoolean();
        consume((transaction, event) -> {
            transaction.execute("insert into effects (id, copy) values (?, 'one')", event.id());
            if (!"0".equals(event.subject()) && cut.compareAndSet(false, true)) {
                shut();
            }
        });
        OutboxRelay relay = relay();
        List<String> committed = commit(500);
        relay.wake();
        await().atMost(TIMEOUT).untilTrue(cut);
        await().atMost(TIMEOUT).until(() -> amqp.problem().isPresent());
        reopen();
        await().atMost(TIMEOUT).until(() -> effects().size() >= committed.size());
        await().atMost(TIMEOUT).until(() -> meters.get("outbox.waiting").gauge().value() == 0);
        assertThat(effects()).isEqualTo(committed);
        assertThat(meters.get("events.lag.seconds")
                        .tag("queue", Exchanges.queueOf(Topology.EVENT_BUS))
                        .gauge()
                        .value())
                .isBetween(0.0, TIMEOUT.toSeconds() * 1.0);
    }

    /** Whoever's fault that is, it is not given up; and others need not wait for it. */
    @Test
    void aMessageWhoseStatementTakesTooLongHoldsUpNoOther() {
        var freed = new AtomicBoolean();
        consume((transaction, event) -> {
            if ("0".equals(event.subject()) && !freed.get()) {
                transaction.execute("set local statement_timeout = 20");
                transaction.execute("select pg_sleep(10)");
            }
            transaction.execute("insert into effects (id, copy) values (?, 'one')", event.id());
        });
        OutboxRelay relay = relay();
        List<String> committed = commit(10);
        relay.wake();
        await().atMost(TIMEOUT).until(() -> effects().size() == committed.size() - 1);
        freed.set(true);
        await().atMost(TIMEOUT).until(() -> effects().equals(committed));
    }

    private void shut() {
        try {
            gate.shut();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private void reopen() {
        try {
            gate.open();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    @Test
    void tellsHowManyWaitWhileTheBrokerIsAway() {
        shut();
        relay();
        commit(3);
        await().atMost(TIMEOUT).until(() -> meters.get("outbox.waiting").gauge().value() == 3);
    }

    @Test
    void oneThatFailsAtFirstHoldsUpNoneAndIsHandledInTheEnd() {
        var failures = new AtomicInteger();
        consume((transaction, event) -> {
            transaction.execute("insert into effects (id, copy) values (?, 'one')", event.id());
            if ("100".equals(event.subject()) && failures.incrementAndGet() < 4) {
                throw new IllegalStateException("not yet");
            }
        });
        OutboxRelay relay = relay();
        List<String> committed = commit(300);
        relay.wake();
        await().atMost(TIMEOUT).until(() -> effects().size() >= committed.size());
        assertThat(effects()).isEqualTo(committed);
    }

    @Test
    void theInboxForgetsAfterAMonth() {
        postgres.jdbi().useHandle(handle -> handle.execute("""
            insert into inbox (source, id, handled_at) values
                ('urn:test', 'old', now() - interval '31 days'), ('urn:test', 'new', now() - interval '29 days')
            """));
        assertThat(Inbox.prune(postgres)).isOne();
        assertThat(Inbox.prune(postgres)).isZero();
        List<String> left = postgres.jdbi()
                .withHandle(handle -> handle.createQuery("select id from inbox")
                        .mapTo(String.class)
                        .list());
        assertThat(left).containsExactly("new");
    }

    /** RabbitMQ does so while it is short of memory or disk; consuming makes room. */
    @Test
    void aBrokerThatReadsNothingThatIsPublishedIsStillConsumedFrom() throws Exception {
        try (var stall = new PublishStall(direct.port());
                Amqp stalled = Amqp.open(through(stall.port(), Set.of()));
                QueueConsumer consumer = EventConsumer.start(
                        Topology.EVENT_BUS,
                        Set.of(TYPE),
                        postgres,
                        stalled,
                        Inbox.once((transaction, event) ->
                                transaction.execute("insert into effects (id, copy) values (?, 'one')", event.id())),
                        meters)) {
            await().atMost(TIMEOUT).until(() -> consumer.problem().isEmpty());
            List<String> committed = commit(3);
            OutboxRelay held = OutboxRelay.start("test", postgres, stalled, new SimpleMeterRegistry());
            await().atMost(TIMEOUT).until(stall::isStalled);
            // Else it would claim again and again what the other is to publish.
            held.close();
            relay();
            await().atMost(TIMEOUT).until(() -> effects().equals(committed));
            assertThat(consumer.problem()).isEmpty();
            stall.end();
        }
    }

    @Test
    void noRowIsLockedWhileTheBrokerTakesItsTime() throws Exception {
        consume((transaction, event) ->
                transaction.execute("insert into effects (id, copy) values (?, 'one')", event.id()));
        OutboxRelay relay = relay();
        List<String> first = commit(1);
        relay.wake();
        await().atMost(TIMEOUT).until(() -> effects().equals(first));
        gate.stall();
        commit(10);
        relay.wake();
        await().atMost(TIMEOUT).until(() -> count("sent_at is null and held_until > now()") == 10);
        List<Long> free = postgres.jdbi()
                .inTransaction(handle -> handle.createQuery(
                                "select seq from outbox where sent_at is null for update skip locked")
                        .mapTo(Long.class)
                        .list());
        assertThat(free).hasSize(10);
        gate.open();
        await().atMost(TIMEOUT).until(() -> effects().size() == 11);
        await().atMost(TIMEOUT).until(() -> count("sent_at is null") == 0);
    }

    @Test
    void aBrokerThatIsAwayIsNotCalledEachTimeThatSomethingIsCommitted() {
        shut();
        OutboxRelay relay = relay();
        var wakes = new AtomicInteger();
        await().atMost(TIMEOUT).pollInterval(Duration.ofMillis(5)).until(() -> {
            relay.wake();
            wakes.incrementAndGet();
            return meters.counter("outbox.attempts").count() >= 3;
        });
        assertThat(wakes).hasValueGreaterThan(20);
    }
}
