package org.perilune.chassis.messaging;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.perilune.chassis.postgres.Postgres;
import org.perilune.contracts.Exchanges;
import org.perilune.contracts.Topology.Service;

/** Starts consumers: of a service's events, and of everybody's dead letters. */
public final class EventConsumer {
    private static final int PREFETCH = 512;
    private static final int TRIES = 5;
    private static final Duration FIRST_RETRY = Duration.ofMillis(100);

    private EventConsumer() {}

    /** Makes an event's effect; called again for the same event unless it is given to {@link Inbox#once}. */
    @FunctionalInterface
    public interface Handler {
        /** In this transaction only: it is what is undone when it fails. */
        void handle(Handle transaction, CloudEvent event);

        /** Several, oldest first, in one transaction; each alone after a failure. */
        default void handleAll(Handle transaction, List<CloudEvent> events) {
            events.forEach(event -> handle(transaction, event));
        }
    }

    /** Makes the effects of several events at once; they must be the same when it is called again for any of them. */
    @FunctionalInterface
    public interface BatchHandler {
        /**
         * In this transaction only. When it fails, it is called again for each event alone.
         *
         * @param events oldest first, one at least; some may be there twice
         */
        void handle(Handle transaction, List<CloudEvent> events);
    }

    /**
     * Takes the service's events, of which each is handled by one of its copies. What fails five times, or is no event,
     * becomes a dead letter.
     *
     * @param types or {@link Exchanges#EVERY_TYPE}; a type taken off this list stays bound until somebody unbinds it
     */
    public static QueueConsumer start(
            Service service, Set<String> types, Postgres postgres, Amqp amqp, Handler handler, MeterRegistry meters) {
        return startBatches(service, types, postgres, amqp, handler::handleAll, meters);
    }

    /** The same for an effect that many events make together in fewer statements than each alone. */
    public static QueueConsumer startBatches(
            Service service,
            Set<String> types,
            Postgres postgres,
            Amqp amqp,
            BatchHandler handler,
            MeterRegistry meters) {
        String queue = Exchanges.queueOf(service);
        var plan = new QueueConsumer.Plan(
                queue,
                channel -> AmqpTopology.eventQueue(channel, amqp.config(), queue, types),
                PREFETCH,
                TRIES,
                FIRST_RETRY);
        var lag = new EventLag(queue, Clock.systemUTC(), meters);
        return QueueConsumer.start(
                plan,
                postgres,
                amqp,
                (transaction, messages) -> {
                    List<CloudEvent> events = messages.stream()
                            .map(message -> CloudEvent.parse(message.body()))
                            .toList();
                    EventSpans.handle(amqp.tracing(), queue, events, () -> handler.handle(transaction, events));
                    lag.handled(events);
                },
                meters);
    }

    /** Takes what no service could handle. The handler must take everything: it is tried for ever. */
    public static QueueConsumer startDeadLetters(
            Postgres postgres, Amqp amqp, QueueConsumer.Handler handler, MeterRegistry meters) {
        var plan = new QueueConsumer.Plan(
                Exchanges.DEAD_LETTER_QUEUE,
                channel -> AmqpTopology.deadLetterQueue(channel, amqp.config()),
                PREFETCH,
                Integer.MAX_VALUE,
                FIRST_RETRY);
        return QueueConsumer.start(
                plan,
                postgres,
                amqp,
                (transaction, messages) -> messages.forEach(message -> handler.handle(transaction, message)),
                meters);
    }
}
