package org.perilune.moderation;

import java.time.Clock;
import java.util.List;
import org.perilune.chassis.http.HttpListener;
import org.perilune.chassis.http.TokenVerifier;
import org.perilune.chassis.messaging.Amqp;
import org.perilune.chassis.messaging.EventConsumer;
import org.perilune.chassis.messaging.Inbox;
import org.perilune.chassis.messaging.Outbox;
import org.perilune.chassis.messaging.OutboxRelay;
import org.perilune.chassis.messaging.QueueConsumer;
import org.perilune.chassis.postgres.Postgres;
import org.perilune.chassis.runtime.Health;
import org.perilune.chassis.runtime.Meters;
import org.perilune.chassis.runtime.Resources;
import org.perilune.chassis.runtime.Service;
import org.perilune.contracts.EventQueues;
import org.perilune.contracts.Topology;

/** Decides on comments by rules that people change. */
public final class ModerationService implements Service {
    private final Resources owned;
    private final HttpListener http;

    private ModerationService(Resources owned, HttpListener http) {
        this.owned = owned;
        this.http = http;
    }

    /** Returns at once even where backing stores are away: the service is unready until they are there. */
    public static ModerationService start(ModerationConfig config, Clock clock) {
        String name = Topology.MODERATION.name();
        var owned = new Resources();
        try {
            var meters = Meters.open();
            owned.add(meters::close);
            var health = new Health();
            Postgres postgres = owned.add(
                    Postgres.open(config.postgres(), List.of("db/" + name, Outbox.SCHEMA, Inbox.SCHEMA), meters));
            Amqp amqp = owned.add(Amqp.open(config.amqp()));
            health.add("postgresql", postgres::problem);
            health.add("amqp", amqp::problem);
            OutboxRelay relay = owned.add(OutboxRelay.start(name, postgres, amqp, meters));
            var rules = new RuleStore(postgres.jdbi(), clock);
            var moderator = new Moderator(rules, relay, meters, clock);
            QueueConsumer comments = owned.add(EventConsumer.start(
                    Topology.MODERATION,
                    EventQueues.typesOf(Topology.MODERATION),
                    postgres,
                    amqp,
                    Inbox.from(Topology.COMMENTS, Inbox.once(moderator::handle), meters),
                    meters));
            health.add("comments", comments::problem);
            var ruleRoutes = new RuleRoutes(rules);
            var decisionRoutes =
                    new DecisionRoutes(new Rulings(postgres.jdbi()), new Users(postgres.jdbi(), moderator, clock));
            var http = owned.add(HttpListener.open(
                    config.http(),
                    name,
                    health,
                    meters,
                    owned.add(TokenVerifier.open(config.http().tokens(), meters, clock)),
                    javalin -> {
                        ruleRoutes.register(javalin);
                        decisionRoutes.register(javalin);
                    }));
            return new ModerationService(owned, http);
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
