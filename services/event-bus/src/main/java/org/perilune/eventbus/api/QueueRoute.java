package org.perilune.eventbus.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.javalin.http.Context;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.http.Requests;
import org.perilune.chassis.messaging.Amqp;
import org.perilune.chassis.messaging.QueueDepths;
import org.perilune.contracts.Exchanges;
import org.perilune.contracts.Topology;
import org.perilune.eventbus.delivery.DeadLetterStore;
import org.perilune.eventbus.delivery.DeliveryStore;
import org.perilune.eventbus.delivery.Subscription;
import org.perilune.eventbus.delivery.SubscriptionStore;
import org.perilune.eventbus.log.EventLog;

/** {@code GET /queues}: what waits where. */
public final class QueueRoute {
    private static final List<String> QUEUES = Stream.concat(
                    Topology.SERVICES.stream()
                            .filter(service -> service.stores().contains(Topology.Store.AMQP))
                            .map(Exchanges::queueOf),
                    Stream.of(Exchanges.DEAD_LETTER_QUEUE))
            .toList();

    private static final Duration TIMEOUT = Duration.ofSeconds(1);

    private final Amqp amqp;
    private final EventLog log;
    private final SubscriptionStore subscriptions;
    private final DeadLetterStore deadLetters;
    /** One question to the broker at a time: an absent one must not collect requests that wait for it. */
    private final Semaphore asking = new Semaphore(1);

    public QueueRoute(Amqp amqp, EventLog log, SubscriptionStore subscriptions, DeadLetterStore deadLetters) {
        this.amqp = amqp;
        this.log = log;
        this.subscriptions = subscriptions;
        this.deadLetters = deadLetters;
    }

    /** @param waiting null where the broker does not say, as are consumers */
    private record Queue(
            String name, @Nullable Long waiting, @Nullable Long consumers) {}

    /** @param problem why the broker does not say; null where it does */
    private record Answer(
            List<Queue> queues,
            @JsonProperty("log_position") long logPosition,
            @JsonProperty("dead_letters_open") long deadLettersOpen,
            @Nullable String problem) {}

    private record Asked(List<Queue> queues, @Nullable String problem) {}

    public void handle(Context context) throws InterruptedException {
        Requests.onlyParameters(context, Set.of());
        Asked asked = ask();
        var queues = new ArrayList<>(asked.queues());
        for (Subscription subscription : subscriptions.all()) {
            queues.add(new Queue(DeliveryStore.QUEUE + subscription.id(), subscription.waiting(), 1L));
        }
        context.json(new Answer(queues, log.end(), deadLetters.open(), asked.problem()));
    }

    private Asked ask() throws InterruptedException {
        if (!asking.tryAcquire(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
            return unknown("The AMQP broker takes long to answer; the log and subscriptions are as told here");
        }
        try {
            return new Asked(
                    QueueDepths.of(amqp, QUEUES).stream()
                            .map(depth -> new Queue(depth.queue(), depth.waiting(), depth.consumers()))
                            .toList(),
                    null);
        } catch (IOException away) {
            return unknown("The AMQP broker is away: events wait in the outboxes of the services that publish them, and"
                    + " are sent when it is back; the log and subscriptions are as told here");
        } finally {
            asking.release();
        }
    }

    private static Asked unknown(String problem) {
        return new Asked(
                QUEUES.stream().map(name -> new Queue(name, null, null)).toList(), problem);
    }
}
