package org.perilune.chassis.messaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.Channel;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.contracts.Exchanges;
import org.perilune.contracts.Topology;
import org.perilune.testkit.TestBroker;

/** What queues hold, for whom and for how long. */
final class EventQueueTest extends WithEvents {
    /** Without it the broker is told to nobody. */
    EventQueueTest(TestBroker broker) {
        super(broker);
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
