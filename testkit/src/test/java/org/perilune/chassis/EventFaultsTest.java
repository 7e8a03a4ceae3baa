package org.perilune.chassis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import org.perilune.testkit.Gate;
import org.perilune.testkit.TestBroker;
import org.perilune.contracts.Exchanges;
import org.perilune.contracts.Topology;
import org.perilune.pad.Pad;
import org.perilune.pad.PadConfig;

/** What breaks between the outbox and an effect. */
@ParameterizedClass
@EnumSource
class EventFaultsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String TYPE = "FaultHappened";

    @TempDir
    static Path home;

    private static Pad pad;

    private final TestBroker broker;
    private final Resources owned = new Resources();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private Gate gate;
    private Postgres postgres;
    private Amqp amqp;

    EventFaultsTest(TestBroker broker) {
        this.broker = broker;
    }

    @BeforeAll
    static void startPad() {
        pad = Pad.start(new PadConfig(home, Map.of(), List.of("event_bus"), false), sentence -> {});
    }

    @AfterAll
    static void stopPad() {
        pad.close();
    }

    @BeforeEach
    void open() throws Exception {
        Settings in = Settings.of(broker.settings(pad.settings())).at("event-bus");
        postgres = owned.add(
                Postgres.open(PostgresConfig.read(in, 8), List.of("db/effects", Outbox.SCHEMA, Inbox.SCHEMA), meters));
        AmqpConfig direct = AmqpConfig.read(in);
        gate = owned.add(new Gate(direct.port()));
        gate.open();
        amqp = owned.add(Amqp.open(new AmqpConfig(
                "127.0.0.1", gate.port(), direct.user(), direct.password(), direct.virtualHost(), direct.queueType())));
        postgres.awaitMigrated();
        postgres.jdbi().useHandle(handle -> handle.execute("truncate outbox, inbox, effects"));
    }

    @AfterEach
    void close() {
        owned.close();
    }

    private void consume(EventConsumer.Handler handler) {
        QueueConsumer consumer = owned.add(
                EventConsumer.start(Topology.EVENT_BUS, Set.of(TYPE), postgres, amqp, Inbox.once(handler), meters));
        await().atMost(PATIENCE).until(() -> consumer.problem().isEmpty());
    }

    private OutboxRelay relay() {
        return owned.add(OutboxRelay.start("test", postgres, amqp, meters));
    }

    private List<String> commit(int count) {
        var events = new ArrayList<CloudEvent>();
        for (int i = 0; i < count; i++) {
            var now = Clock.systemUTC().instant();
            events.add(CloudEvent.of("test", TYPE, Integer.toString(i), now, Map.of(), Optional.empty()));
        }
        postgres.jdbi().useTransaction(transaction -> Outbox.append(transaction, events));
        return events.stream().map(CloudEvent::id).sorted().toList();
    }

    private List<String> effects() {
        return postgres.jdbi()
                .withHandle(handle -> handle.createQuery("select id from effects order by id")
                        .mapTo(String.class)
                        .list());
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
        await().atMost(PATIENCE).untilTrue(cut);
        await().atMost(PATIENCE).until(() -> amqp.problem().isPresent());
        reopen();
        await().atMost(PATIENCE).until(() -> effects().size() >= committed.size());
        await().atMost(PATIENCE)
                .until(() -> meters.get("outbox.waiting").gauge().value() == 0);
        assertThat(effects()).isEqualTo(committed);
        assertThat(meters.get("events.lag.seconds")
                        .tag("queue", Exchanges.queueOf(Topology.EVENT_BUS))
                        .gauge()
                        .value())
                .isBetween(0.0, PATIENCE.toSeconds() * 1.0);
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
        await().atMost(PATIENCE).until(() -> effects().size() == committed.size() - 1);
        freed.set(true);
        await().atMost(PATIENCE).until(() -> effects().equals(committed));
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
        await().atMost(PATIENCE)
                .until(() -> meters.get("outbox.waiting").gauge().value() == 3);
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
        await().atMost(PATIENCE).until(() -> effects().size() >= committed.size());
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
}
