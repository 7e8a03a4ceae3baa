package org.perilune.eventbus;

import java.net.InetAddress;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import org.perilune.chassis.http.Access;
import org.perilune.chassis.http.HttpListener;
import org.perilune.chassis.http.TokenVerifier;
import org.perilune.chassis.messaging.Amqp;
import org.perilune.chassis.messaging.EventConsumer;
import org.perilune.chassis.messaging.Outbox;
import org.perilune.chassis.messaging.OutboxRelay;
import org.perilune.chassis.messaging.QueueConsumer;
import org.perilune.chassis.postgres.Postgres;
import org.perilune.chassis.runtime.Health;
import org.perilune.chassis.runtime.Ids;
import org.perilune.chassis.runtime.Meters;
import org.perilune.chassis.runtime.Resources;
import org.perilune.chassis.runtime.Service;
import org.perilune.contracts.Exchanges;
import org.perilune.contracts.Topology;
import org.perilune.eventbus.api.DeadLetterRoutes;
import org.perilune.eventbus.api.PublishRoute;
import org.perilune.eventbus.api.QueueRoute;
import org.perilune.eventbus.api.ReplayRoute;
import org.perilune.eventbus.api.StreamRoute;
import org.perilune.eventbus.api.SubscriptionRoutes;
import org.perilune.eventbus.callback.CallbackClient;
import org.perilune.eventbus.callback.CallbackHosts;
import org.perilune.eventbus.delivery.DeadLetterStore;
import org.perilune.eventbus.delivery.DeliveryStore;
import org.perilune.eventbus.delivery.Retention;
import org.perilune.eventbus.delivery.SubscriptionStore;
import org.perilune.eventbus.delivery.WebhookDispatcher;
import org.perilune.eventbus.delivery.WebhookSender;
import org.perilune.eventbus.log.EventLog;
import org.perilune.eventbus.log.LogWatch;
import org.perilune.eventbus.log.LogWriter;

/** Takes events over HTTP, keeps the log of all events and what could not be handled, and calls back. */
public final class EventBusService implements Service {
    private final Resources owned;
    private final HttpListener http;

    private EventBusService(Resources owned, HttpListener http) {
        this.owned = owned;
        this.http = http;
    }

    /** Returns at once even where backing stores are away: the service is unready until they are there. */
    public static EventBusService start(EventBusConfig config, Clock clock) {
        String name = Topology.EVENT_BUS.name();
        var owned = new Resources();
        try {
            var meters = Meters.open();
            owned.add(meters::close);
            var health = new Health();
            Postgres postgres =
                    owned.add(Postgres.open(config.postgres(), List.of("db/" + name, Outbox.SCHEMA), meters));
            Amqp amqp = owned.add(Amqp.open(config.amqp()));
            health.add("postgresql", postgres::problem);
            health.add("amqp", amqp::problem);
            var log = new EventLog(postgres.jdbi());
            LogWatch watch = owned.add(LogWatch.start(log));
            OutboxRelay relay = owned.add(OutboxRelay.start(name, postgres, amqp, meters));
            var deadLetters = new DeadLetterStore(postgres.jdbi());
            owned.add(Retention.start(postgres, log, deadLetters, config.kept(), clock));
            QueueConsumer events = owned.add(EventConsumer.startBatches(
                    Topology.EVENT_BUS,
                    Set.of(Exchanges.EVERY_TYPE),
                    postgres,
                    amqp,
                    (transaction, found) -> {
                        if (!EventLog.append(transaction, found).isEmpty()) {
                            // Early: the commit follows. Whoever looks too soon looks again.
                            watch.hint();
                        }
                    },
                    meters));
            QueueConsumer dead =
                    owned.add(EventConsumer.startDeadLetters(postgres, amqp, DeadLetterStore::add, meters));
            health.add("events", events::problem);
            health.add("dead-letters", dead::problem);
            var hosts = new CallbackHosts(config.callbacks().allowed(), InetAddress::getAllByName);
            CallbackClient client = owned.add(CallbackClient.open(hosts));
            WebhookDispatcher webhooks = owned.add(WebhookDispatcher.start(new WebhookSender.Tools(
                    new DeliveryStore(postgres.jdbi(), Ids.next(clock)),
                    log,
                    watch,
                    client,
                    config.callbacks(),
                    meters,
                    clock)));
            var subscriptions = new SubscriptionStore(postgres.jdbi());
            var callbacks = new SubscriptionRoutes(subscriptions, hosts, webhooks, clock);
            LogWriter writer = owned.add(LogWriter.start(postgres.jdbi(), relay, watch, meters));
            var publish = new PublishRoute(writer, clock);
            var stream = new StreamRoute(log, watch, clock);
            var letters = new DeadLetterRoutes(deadLetters, relay, webhooks);
            var queues = new QueueRoute(amqp, log, subscriptions, deadLetters);
            var http = owned.add(HttpListener.open(
                    config.http(),
                    name,
                    health,
                    meters,
                    owned.add(TokenVerifier.open(config.http().tokens(), meters, clock)),
                    javalin -> {
                        // Streams never end by themselves: stopping would wait for them in vain.
                        javalin.events.serverStopping(watch::close);
                        javalin.routes.post("/events", publish::handle, Access.OPERATOR);
                        javalin.routes.get("/events", new ReplayRoute(log)::handle, Access.VIEWER);
                        javalin.routes.get("/stream", stream::handle, Access.VIEWER);
                        javalin.routes.get("/queues", queues::handle, Access.VIEWER);
                        letters.register(javalin);
                        callbacks.register(javalin);
                    }));
            return new EventBusService(owned, http);
        } catch (Throwable failure) {
            owned.closeAfter(failure);
            throw failure;
        }
    }

    /** The port that was taken, where the config said 0. */
    @Override
    public int port() {
        return http.port();
    }

    /** Stops taking, finishes what was taken, within seconds. */
    @Override
    public void close() {
        owned.close();
    }
}
