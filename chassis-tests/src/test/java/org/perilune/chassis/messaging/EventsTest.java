package org.perilune.chassis.messaging;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import org.perilune.chassis.postgres.Postgres;
import org.perilune.chassis.postgres.PostgresConfig;
import org.perilune.chassis.runtime.Ids;
import org.perilune.chassis.runtime.Resources;
import org.perilune.chassis.settings.Settings;
import org.perilune.contracts.Exchanges;
import org.perilune.contracts.Topology.Service;
import org.perilune.contracts.Topology.Store;
import org.perilune.embedded.EmbeddedBackends;
import org.perilune.embedded.host.BackendsConfig;
import org.perilune.testkit.Gate;
import org.perilune.testkit.TestBroker;

/** Outbox, relay, inbox and consumer. */
@ParameterizedClass
@EnumSource
class EventsTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    @TempDir
    static Path home;

    private static EmbeddedBackends backends;

    private final TestBroker broker;
    private final Resources owned = new Resources();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    /** Each test has a queue and a type of its own. */
    private final String name = "t" + UUID.randomUUID().toString().replace("-", "");

    private final Service service = new Service(name, 1, Set.of(), Set.of());
    private Gate gate;
    private Postgres postgres;
    private Amqp amqp;

    EventsTest(TestBroker broker) {
        this.broker = broker;
    }

    @BeforeAll
    static void startBackends() {
        backends = EmbeddedBackends.start(
                BackendsConfig.onFreePorts(home, List.of("event_bus"), Store.POSTGRESQL, Store.AMQP), sentence -> {});
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

    private CloudEvent event(String id) {
        return new CloudEvent(id, "urn:test", name, Instant.parse("2026-11-21T00:00:00Z"), null, null, Map.of());
    }

    private QueueConsumer consume(String copy) {
        return consume((transaction, event) ->
                transaction.execute("insert into effects (id, copy) values (?, ?)", event.id(), copy));
    }

    private QueueConsumer consume(EventConsumer.Handler handler) {
        QueueConsumer consumer =
                owned.add(EventConsumer.start(service, Set.of(name), postgres, amqp, Inbox.once(handler), meters));
        await().atMost(TIMEOUT).until(() -> consumer.problem().isEmpty());
        return consumer;
    }

    private OutboxRelay relay() {
        return owned.add(OutboxRelay.start(name, postgres, amqp, meters));
    }

    private void commit(CloudEvent... events) {
        postgres.jdbi().useTransaction(transaction -> {
            for (CloudEvent event : events) {
                Outbox.append(transaction, event);
            }
        });
    }

    private List<String> effects() {
        return postgres.jdbi()
                .withHandle(handle -> handle.createQuery("select id from effects order by id")
                        .mapTo(String.class)
                        .list());
    }

    private int count(String sql) {
        return postgres.jdbi()
                .withHandle(
                        handle -> handle.createQuery(sql).mapTo(Integer.class).one());
    }

    private int unsent() {
        return count("select count(*) from outbox where sent_at is null");
    }

    @Test
    void whatCommittedIsHandledOnceAndNothingElse() {
        consume("one");
        OutboxRelay relay = relay();
        postgres.jdbi().useTransaction(transaction -> {
            Outbox.append(transaction, event("undone"));
            transaction.rollback();
        });
        // Twice the same, as when the broker's confirm is lost.
        commit(event("a"), event("b"), event("a"));
        relay.wake();
        await().atMost(TIMEOUT).until(() -> effects().equals(List.of("a", "b")));
        await().atMost(TIMEOUT).until(() -> unsent() == 0);
        commit(event("last"));
        postgres.jdbi()
                .useTransaction(transaction ->
                        Outbox.append(transaction, List.of(event("many 1"), event("many 2"), event("many 3"))));
        relay.wake();
        await().atMost(TIMEOUT).until(() -> effects().size() == 6);
        assertThat(effects()).containsExactly("a", "b", "last", "many 1", "many 2", "many 3");
    }

    /** The relay would look again by itself in an hour. */
    @Test
    void isPublishedAsSoonAsItIsCommitted() {
        consume("one");
        OutboxRelay relay = owned.add(OutboxRelay.start(name, postgres, amqp, meters, Duration.ofHours(1)));
        for (String id : List.of("a", "b", "c")) {
            commit(event(id));
            relay.wake();
            await().atMost(TIMEOUT).until(() -> effects().contains(id));
        }
    }

    @Test
    void eventsWaitForAQueueThatTakesThem() {
        OutboxRelay relay = relay();
        commit(event("early"));
        relay.wake();
        await().atMost(TIMEOUT).until(() -> meters.counter("outbox.refused").count() > 0);
        assertThat(unsent()).isOne();
        consume("one");
        await().atMost(TIMEOUT).until(() -> effects().equals(List.of("early")));
    }

    @Test
    void nothingIsLostWhileTheBrokerIsAway() throws Exception {
        consume("one");
        OutboxRelay relay = relay();
        commit(event("before"));
        relay.wake();
        await().atMost(TIMEOUT).until(() -> effects().contains("before") && unsent() == 0);
        gate.shut();
        await().atMost(TIMEOUT).until(() -> amqp.problem().isPresent());
        commit(event("meanwhile"));
        relay.wake();
        assertThat(unsent()).isOne();
        gate.open();
        await().atMost(TIMEOUT).until(() -> effects().equals(List.of("before", "meanwhile")));
        await().atMost(TIMEOUT).until(() -> amqp.problem().isEmpty());
    }

    @Test
    void whatAlwaysFailsBecomesADeadLetterAndHoldsUpNothing() {
        var letters = new CopyOnWriteArrayList<QueueConsumer.Message>();
        owned.add(
                EventConsumer.startDeadLetters(postgres, amqp, (transaction, message) -> letters.add(message), meters));
        var tries = new CopyOnWriteArrayList<String>();
        consume((transaction, event) -> {
            transaction.execute("insert into effects (id, copy) values (?, 'one')", event.id());
            if (event.id().startsWith("bad")) {
                tries.add(event.id());
                throw new IllegalStateException("cannot be handled");
            }
        });
        OutboxRelay relay = relay();
        commit(event("a"), event("bad"), event("b"));
        postgres.jdbi()
                .useTransaction(transaction -> Outbox.redrive(
                        transaction, Exchanges.queueOf(service), "nonsense", UUID.randomUUID(), "{".getBytes(UTF_8)));
        relay.wake();
        await().atMost(TIMEOUT).until(() -> effects().equals(List.of("a", "b")));
        await().atMost(TIMEOUT).until(() -> ours(letters).size() == 2);
        assertThat(ours(letters)).anySatisfy(letter -> {
            assertThat(letter.messageId()).isEqualTo("urn:test bad");
            assertThat(letter.headers().get(Exchanges.Header.REASON)).asString().contains("cannot be handled");
            assertThat(letter.headers().get(Exchanges.Header.TRIES)).hasToString("5");
        });
        assertThat(ours(letters)).anySatisfy(letter -> {
            assertThat(letter.body()).isEqualTo("{".getBytes(UTF_8));
            assertThat(letter.headers().get(Exchanges.Header.REASON)).asString().contains("not JSON");
            assertThat(letter.headers().get(Exchanges.Header.TRIES)).hasToString("1");
        });
        // Once more with others, where all are handled in one transaction; after that alone.
        assertThat(tries).hasSizeBetween(5, 10);
        assertThat(effects()).containsExactly("a", "b");
        assertThat(unsent()).isZero();
    }

    private List<QueueConsumer.Message> ours(List<QueueConsumer.Message> letters) {
        String queue = Exchanges.queueOf(service);
        return letters.stream()
                .filter(letter -> queue.equals(String.valueOf(letter.headers().get(Exchanges.Header.QUEUE))))
                .toList();
    }

    @Test
    void copiesShareEventsAndOneThatStopsLosesNone() {
        QueueConsumer first = consume("one");
        consume("two");
        OutboxRelay relay = relay();
        relay();
        var wanted = new java.util.ArrayList<String>();
        for (int i = 0; i < 2_000; i++) {
            wanted.add("%04d".formatted(i));
            commit(event(wanted.getLast()));
        }
        relay.wake();
        await().atMost(TIMEOUT).until(() -> count("select count(distinct copy) from effects") == 2);
        first.close();
        await().atMost(TIMEOUT).until(() -> effects().size() >= wanted.size());
        assertThat(effects()).isEqualTo(wanted);
    }

    @Test
    void carriesEventsPerSecond() {
        consume("one");
        int events = Integer.getInteger("perilune.events", 2_000);
        for (int i = 0; i < events; i += 100) {
            var batch = new CloudEvent[100];
            for (int k = 0; k < batch.length; k++) {
                batch[k] = event(Ids.next(Clock.systemUTC()).toString());
            }
            commit(batch);
        }
        long began = System.nanoTime();
        relay();
        await().pollInterval(Duration.ofMillis(20))
                .atMost(Duration.ofMinutes(2))
                .until(() -> count("select count(*) from effects") == events);
        double seconds = (System.nanoTime() - began) / 1e9;
        System.out.printf("events through outbox, broker and inbox: %.0f/s%n", events / seconds);
    }
}
