package org.perilune.posts;

import java.time.Clock;
import java.util.List;
import org.perilune.chassis.client.ServiceTokens;
import org.perilune.chassis.http.HttpService;
import org.perilune.chassis.messaging.Amqp;
import org.perilune.chassis.messaging.Outbox;
import org.perilune.chassis.messaging.OutboxRelay;
import org.perilune.chassis.postgres.Postgres;
import org.perilune.chassis.runtime.Service;
import org.perilune.chassis.server.Main;
import org.perilune.chassis.server.ServiceDefinition;
import org.perilune.contracts.Topology;

/** Entries of the flight log. */
public final class PostsService {
    /** How it is read and started. */
    public static final ServiceDefinition<PostsConfig> DEFINITION =
            new ServiceDefinition<>(Topology.POSTS, PostsConfig::read, PostsService::start);

    private PostsService() {}

    /**
     * The service alone in its process.
     *
     * @param files of settings, the last one wins
     */
    public static void main(String... files) {
        Main.run(DEFINITION, files);
    }

    /** Returns at once even where backing stores are away: the service is unready until they are there. */
    public static Service start(PostsConfig config, Clock clock) {
        return HttpService.start(Topology.POSTS, config.http(), clock, parts -> {
            var meters = parts.meters();
            Postgres postgres =
                    parts.own(Postgres.open(config.postgres(), List.of("db/" + parts.name(), Outbox.SCHEMA), meters));
            Amqp amqp = parts.own(Amqp.open(config.amqp(), parts.tracing()));
            parts.check("postgresql", postgres::problem);
            parts.check("amqp", amqp::problem);
            ServiceTokens tokens = parts.own(
                    ServiceTokens.open(parts.peers(), parts.name(), config.tokenSecret(), config.crew(), clock));
            var references = parts.own(
                    new ReferenceCheck(parts.peers(), config.telemetry(), config.commandDispatcher(), tokens));
            OutboxRelay relay = parts.own(OutboxRelay.start(parts.name(), postgres, amqp, meters));
            var routes = new PostRoutes(new PostStore(postgres.jdbi(), clock), references, relay, clock);
            return routes::register;
        });
    }
}
