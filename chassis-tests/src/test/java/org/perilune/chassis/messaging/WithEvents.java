package org.perilune.chassis.messaging;

import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.Channel;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import org.perilune.chassis.postgres.Postgres;
import org.perilune.chassis.postgres.PostgresConfig;
import org.perilune.chassis.runtime.Resources;
import org.perilune.chassis.settings.Settings;
import org.perilune.contracts.Exchanges;
import org.perilune.contracts.Topology;
import org.perilune.embedded.EmbeddedBackends;
import org.perilune.embedded.host.BackendsConfig;
import org.perilune.testkit.Gate;
import org.perilune.testkit.TestBroker;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tests of the way from an outbox to an effect, with each broker that is here. */
@ParameterizedClass
@EnumSource
abstract class WithEvents {
    static final Duration TIMEOUT = Duration.ofSeconds(30);
    static final String TYPE = "FaultHappened";
    static final Logger LOG = LoggerFactory.getLogger(EventFaultsTest.class);

    @TempDir
    static Path home;

    static EmbeddedBackends backends;
    final TestBroker broker;
    final Resources owned = new Resources();
    final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    Gate gate;
    AmqpConfig direct;
    Postgres postgres;
    Amqp amqp;

    WithEvents(TestBroker broker) {
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
    void empty(String queue) throws Exception {
        try (Channel channel = amqp.channel()) {
            channel.queueDeclarePassive(queue);
            while (channel.basicGet(queue, true) != null) {
                LOG.info("Left by another test [queue: {}]", queue);
            }
        } catch (IOException | AlreadyClosedException absent) {
            LOG.info("There is no such queue [queue: {}]", queue);
        }
    }

    AmqpConfig through(int port, Set<String> absent) {
        return through(port, direct.deliveryLimit(), direct.queueExpiry(), absent);
    }

    AmqpConfig through(int port, int deliveryLimit, Duration queueExpiry, Set<String> absent) {
        return new AmqpConfig(
                "127.0.0.1",
                port,
                direct.user(),
                direct.password(),
                direct.virtualHost(),
                direct.queueType(),
                deliveryLimit,
                queueExpiry,
                absent,
                direct.tls());
    }

    @AfterEach
    void close() {
        owned.close();
    }

    void consume(EventConsumer.Handler handler) {
        QueueConsumer consumer = owned.add(
                EventConsumer.start(Topology.EVENT_BUS, Set.of(TYPE), postgres, amqp, Inbox.once(handler), meters));
        await().atMost(TIMEOUT).until(() -> consumer.problem().isEmpty());
    }

    OutboxRelay relay() {
        return owned.add(OutboxRelay.start("test", postgres, amqp, meters));
    }

    List<String> commit(int count) {
        var events = new ArrayList<CloudEvent>();
        for (int i = 0; i < count; i++) {
            var now = Clock.systemUTC().instant();
            events.add(CloudEvent.of("test", TYPE, Integer.toString(i), now, Map.of(), Optional.empty()));
        }
        postgres.jdbi().useTransaction(transaction -> Outbox.append(transaction, events));
        return events.stream().map(CloudEvent::id).sorted().toList();
    }

    List<String> effects() {
        return postgres.jdbi()
                .withHandle(handle -> handle.createQuery("select id from effects order by id")
                        .mapTo(String.class)
                        .list());
    }

    long count(String condition) {
        return postgres.jdbi()
                .withHandle(handle -> handle.createQuery("select count(*) from outbox where " + condition)
                        .mapTo(Long.class)
                        .one());
    }
}
