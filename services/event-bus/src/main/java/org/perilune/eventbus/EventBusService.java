package org.perilune.eventbus;

import java.net.InetAddress;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import org.perilune.chassis.http.Access;
import org.perilune.chassis.http.HttpService;
import org.perilune.chassis.messaging.Amqp;
import org.perilune.chassis.messaging.EventConsumer;
import org.perilune.chassis.messaging.Outbox;
import org.perilune.chassis.messaging.OutboxRelay;
import org.perilune.chassis.messaging.QueueConsumer;
import org.perilune.chassis.postgres.Postgres;
import org.perilune.chassis.runtime.Ids;
import org.perilune.chassis.runtime.Service;
import org.perilune.chassis.server.Main;
import org.perilune.chassis.server.ServiceDefinition;
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
public final class EventBusService {
    /** How it is read and started. */
    public static final ServiceDefinition<EventBusConfig> DEFINITION =
            new ServiceDefinition<>(Topology.EVENT_BUS, EventBusConfig::read, EventBusService::start);

    private EventBusService() {}

    /**
     * The service alone in its process.
     *
     * @param files of settings, the last one wins
     */
    public static void main(String... files) {
        Main.run(DEFINITION, files);
    }

    /** Returns at once even where backing stores are away: the service is unready until they are there. */
    public static Service start(EventBusConfig config, Clock clock) {
        return HttpService.start(Topology.EVENT_BUS, config.http(), clock, parts -> {
            var meters = parts.meters();
            Postgres postgres =
                    parts.own(Postgres.open(config.postgres(), List.of("db/" + parts.name(), Outbox.SCHEMA), meters));
            Amqp amqp = parts.own(Amqp.open(config.amqp(), parts.tracing()));
            parts.check("postgresql", postgres::problem);
            parts.check("amqp", amqp::problem);
            var log = new EventLog(postgres.jdbi());
            LogWatch watch = parts.own(LogWatch.start(log));
            OutboxRelay relay = parts.own(OutboxRelay.start(parts.name(), postgres, amqp, meters));
            var deadLetters = new DeadLetterStore(postgres.jdbi());
            parts.own(Retention.start(postgres, log, deadLetters, config.kept(), clock));
            QueueConsumer events = parts.own(EventConsumer.startBatches(
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
                    parts.own(EventConsumer.startDeadLetters(postgres, amqp, DeadLetterStore::add, meters));
            parts.check("events", events::problem);
            parts.check("dead-letters", dead::problem);
            var hosts = new CallbackHosts(config.callbacks().allowed(), InetAddress::getAllByName);
            CallbackClient client = parts.own(CallbackClient.open(hosts));
            WebhookDispatcher webhooks = parts.own(WebhookDispatcher.start(new WebhookSender.Tools(
                    new DeliveryStore(postgres.jdbi(), Ids.next(clock)),
                    log,
                    watch,
                    client,
                    config.callbacks(),
                    meters,
                    clock)));
            var subscriptions = new SubscriptionStore(postgres.jdbi());
            var callbacks = new SubscriptionRoutes(subscriptions, hosts, webhooks, clock);
            LogWriter writer = parts.own(LogWriter.start(postgres.jdbi(), relay, watch, meters));
            var publish = new PublishRoute(writer, clock);
            var stream = new StreamRoute(log, watch, clock);
            var letters = new DeadLetterRoutes(deadLetters, relay, webhooks);
            var queues = new QueueRoute(amqp, log, subscriptions, deadLetters);
            return javalin -> {
                // Streams never end by themselves: stopping would wait for them in vain.
                javalin.events.serverStopping(watch::close);
                javalin.routes.post("/events", publish::handle, Access.OPERATOR);
                javalin.routes.get("/events", new ReplayRoute(log)::handle, Access.VIEWER);
                javalin.routes.get("/stream", stream::handle, Access.VIEWER);
                javalin.routes.get("/queues", queues::handle, Access.VIEWER);
                letters.register(javalin);
                callbacks.register(javalin);
            };
        });
    }
}
