package org.perilune.chassis.messaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.Channel;
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
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import org.perilune.chassis.postgres.Postgres;
import org.perilune.chassis.postgres.PostgresConfig;
import org.perilune.chassis.runtime.Resources;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.chassis.settings.Settings;
import org.perilune.contracts.Exchanges;
import org.perilune.contracts.Topology;
import org.perilune.embedded.EmbeddedBackends;
import org.perilune.embedded.host.BackendsConfig;
import org.perilune.testkit.Gate;
import org.perilune.testkit.TestBroker;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What breaks between the outbox and an effect. */
@ParameterizedClass
@EnumSource
class EventFaultsTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final String TYPE = "FaultHappened";
    private static final Logger LOG = LoggerFactory.getLogger(EventFaultsTest.class);

    @TempDir
    static Path home;

    private static EmbeddedBackends backends;

    private final TestBroker broker;
    private final Resources owned = new Resources();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private Gate gate;
    private AmqpConfig direct;
    private Postgres postgres;
    private Amqp amqp;

    EventFaultsTest(TestBroker broker) {
        this.broker = broker;
    }

    @BeforeAll
    static void startBackends() {
        backends =
                EmbeddedBackends.start(new BackendsConfig(home, Map.of(), List.of("event_bus"), false), sentence -> {});
    }

    @AfterAll
    static void stopBackends() {
        backends.close();
    }

    @BeforeEach
    void open() throws Exception {
        Settings in = Settings.of(broker.settings(backends.settings())).at("event-bus");
        postgres = owned.add(
                Postgres.open(PostgresConfig.read(in, 8), List.of("db/effects", Outbox.SCHEMA, Inbox.SCHEMA), meters));
        direct = AmqpConfig.read(in);
        gate = owned.add(new Gate(direct.port()));
        gate.open();
        amqp = owned.add(Amqp.open(through(gate.port(), Set.of())));
        postgres.awaitMigrated();
        postgres.jdbi().useHandle(handle -> handle.execute("truncate outbox, inbox, effects"));
        empty(Exchanges.queueOf(Topology.EVENT_BUS));
        empty(Exchanges.DEAD_LETTER_QUEUE);
    }

    /** What another test left in it would have its effect here. */
    private void empty(String queue) throws Exception {
        try (Channel channel = amqp.channel()) {
            channel.queueDeclarePassive(queue);
            while (channel.basicGet(queue, true) != null) {
                LOG.info("Left by another test [queue: {}]", queue);
            }
        } catch (IOException | AlreadyClosedException absent) {
            LOG.info("There is no such queue [queue: {}]", queue);
        }
    }

    private AmqpConfig through(int port, Set<String> absent) {
        return through(port, direct.deliveryLimit(), direct.queueExpiry(), absent);
    }

    private AmqpConfig through(int port, int deliveryLimit, Duration queueExpiry, Set<String> absent) {
        return new AmqpConfig(
                "127.0.0.1",
                port,
                direct.user(),
                direct.password(),
                direct.virtualHost(),
                direct.queueType(),
                deliveryLimit,
                queueExpiry,
                absent);
    }

    @AfterEach
    void close() {
        owned.close();
    }

    private void consume(EventConsumer.Handler handler) {
        QueueConsumer consumer = owned.add(
                EventConsumer.start(Topology.EVENT_BUS, Set.of(TYPE), postgres, amqp, Inbox.once(handler), meters));
        await().atMost(TIMEOUT).until(() -> consumer.problem().isEmpty());
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
    void whatCannotBeADeadLetterNowHoldsUpNoOther() throws Exception {
        EventConsumer.Handler handler = (transaction, event) -> {
            if ("0".equals(event.subject())) {
                throw new ServiceException.Invalid("subject", "never");
            }
            transaction.execute("insert into effects (id, copy) values (?, 'one')", event.id());
        };
        try (var stall = new PublishStall(direct.port());
                Amqp stalled = Amqp.open(through(stall.port(), Set.of()));
                QueueConsumer consumer = EventConsumer.start(
                        Topology.EVENT_BUS, Set.of(TYPE), postgres, stalled, Inbox.once(handler), meters)) {
            await().atMost(TIMEOUT).until(() -> consumer.problem().isEmpty());
            commit(1);
            OutboxRelay held = OutboxRelay.start("test", postgres, stalled, new SimpleMeterRegistry());
            await().atMost(TIMEOUT).until(stall::isStalled);
            held.close();
            commit(3);
            relay();
            await().atMost(TIMEOUT).until(() -> effects().size() == 2);
            assertThat(consumer.problem()).isEmpty();
            assertThat(deadLetters()).isZero();
            stall.end();
        }
        consume(handler);
        await().atMost(TIMEOUT).until(() -> deadLetters() == 2);
    }

    private long deadLetters() throws IOException {
        return QueueDepths.of(amqp, List.of(Exchanges.DEAD_LETTER_QUEUE))
                .getFirst()
                .waiting();
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

    private long count(String condition) {
        return postgres.jdbi()
                .withHandle(handle -> handle.createQuery("select count(*) from outbox where " + condition)
                        .mapTo(Long.class)
                        .one());
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

    @Test
    void nothingWaitsForAServiceThatIsNotDeployed() throws Exception {
        Topology.Service away = Topology.QUERY;
        String type = "OfNobodyInParticular";
        publish(Set.of(), type);
        assertThat(waiting(away)).isEqualTo(1);
        publish(Set.of(away.name()), type);
        assertThat(waiting(away)).isEqualTo(1);
        publish(Set.of(), type);
        assertThat(waiting(away)).isEqualTo(2);
    }

    private void publish(Set<String> absent, String type) {
        try (Amqp own = Amqp.open(through(direct.port(), absent));
                OutboxRelay _ = OutboxRelay.start("event-bus", postgres, own, meters)) {
            var event = CloudEvent.of("test", type, "subject", Clock.systemUTC().instant(), Map.of(), Optional.empty());
            postgres.jdbi().useTransaction(transaction -> Outbox.append(transaction, List.of(event)));
            await().atMost(TIMEOUT).until(() -> count("sent_at is null") == 0);
        }
    }

    private long waiting(Topology.Service service) throws IOException {
        return QueueDepths.of(amqp, List.of(Exchanges.queueOf(service)))
                .getFirst()
                .waiting();
    }

    /** RabbitMQ 4 gives up healthy messages after twenty consumers that ended with them in hand. */
    @Test
    void quorumQueuesSayHowOftenAMessageMayComeBack() throws Exception {
        Assumptions.assumeTrue(broker == TestBroker.RABBITMQ);
        consume((transaction, event) -> {});
        AmqpConfig other = through(direct.port(), 20, direct.queueExpiry(), Set.of());
        assertThatThrownBy(() -> {
                    try (var channel = amqp.channel()) {
                        AmqpTopology.eventQueue(channel, other, Exchanges.queueOf(Topology.EVENT_BUS), Set.of());
                    }
                })
                .rootCause()
                .hasMessageContaining("x-delivery-limit");
    }

    @Test
    void aQuorumQueueThatNobodyConsumesGoesInTheEnd() throws Exception {
        Assumptions.assumeTrue(broker == TestBroker.RABBITMQ);
        AmqpConfig soon = through(direct.port(), direct.deliveryLimit(), Duration.ofSeconds(2), Set.of());
        String queue = "abandoned.events";
        try (Channel channel = amqp.channel()) {
            AmqpTopology.eventQueue(channel, soon, queue, Set.of(TYPE));
        }
        await().atMost(TIMEOUT).until(() -> !isThere(queue));
    }

    private boolean isThere(String queue) throws Exception {
        try (Channel channel = amqp.channel()) {
            channel.queueDeclarePassive(queue);
            return true;
        } catch (IOException | AlreadyClosedException missing) {
            return false;
        }
    }
}
