package org.perilune.moderation;

import java.time.Clock;
import java.util.List;
import org.perilune.chassis.http.HttpService;
import org.perilune.chassis.messaging.Amqp;
import org.perilune.chassis.messaging.EventConsumer;
import org.perilune.chassis.messaging.Inbox;
import org.perilune.chassis.messaging.Outbox;
import org.perilune.chassis.messaging.OutboxRelay;
import org.perilune.chassis.messaging.QueueConsumer;
import org.perilune.chassis.postgres.Postgres;
import org.perilune.chassis.runtime.Service;
import org.perilune.chassis.server.Main;
import org.perilune.chassis.server.ServiceDefinition;
import org.perilune.contracts.EventQueues;
import org.perilune.contracts.Topology;

/** Decides on comments by rules that people change. */
public final class ModerationService {
    /** How it is read and started. */
    public static final ServiceDefinition<ModerationConfig> DEFINITION =
            new ServiceDefinition<>(Topology.MODERATION, ModerationConfig::read, ModerationService::start);

    private ModerationService() {}

    /**
     * The service alone in its process.
     *
     * @param files of settings, the last one wins
     */
    public static void main(String... files) {
        Main.run(DEFINITION, files);
    }

    /** Returns at once even where backing stores are away: the service is unready until they are there. */
    public static Service start(ModerationConfig config, Clock clock) {
        return HttpService.start(Topology.MODERATION, config.http(), clock, parts -> {
            var meters = parts.meters();
            Postgres postgres = parts.own(Postgres.open(
                    config.postgres(), List.of("db/" + parts.name(), Outbox.SCHEMA, Inbox.SCHEMA), meters));
            Amqp amqp = parts.own(Amqp.open(config.amqp(), parts.tracing()));
            parts.check("postgresql", postgres::problem);
            parts.check("amqp", amqp::problem);
            OutboxRelay relay = parts.own(OutboxRelay.start(parts.name(), postgres, amqp, meters));
            var rules = new RuleStore(postgres.jdbi(), clock);
            var moderator = new Moderator(rules, relay, meters, clock);
            QueueConsumer comments = parts.own(EventConsumer.start(
                    Topology.MODERATION,
                    EventQueues.typesOf(Topology.MODERATION),
                    postgres,
                    amqp,
                    Inbox.from(Topology.COMMENTS, Inbox.once(moderator::handle), meters),
                    meters));
            parts.check("comments", comments::problem);
            var ruleRoutes = new RuleRoutes(rules);
            var decisionRoutes =
                    new DecisionRoutes(new Rulings(postgres.jdbi()), new Users(postgres.jdbi(), moderator, clock));
            return javalin -> {
                ruleRoutes.register(javalin);
                decisionRoutes.register(javalin);
            };
        });
    }
}
