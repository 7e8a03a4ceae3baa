package org.perilune.posts;

import java.time.Clock;
import java.util.List;
import org.perilune.chassis.http.HttpListener;
import org.perilune.chassis.http.ServiceTokens;
import org.perilune.chassis.http.TokenVerifier;
import org.perilune.chassis.messaging.Amqp;
import org.perilune.chassis.messaging.Outbox;
import org.perilune.chassis.messaging.OutboxRelay;
import org.perilune.chassis.postgres.Postgres;
import org.perilune.chassis.runtime.Health;
import org.perilune.chassis.runtime.Meters;
import org.perilune.chassis.runtime.Resources;
import org.perilune.chassis.runtime.Service;
import org.perilune.contracts.Topology;

/** Entries of the flight log. */
public final class PostsService implements Service {
    private final Resources owned;
    private final HttpListener http;

    private PostsService(Resources owned, HttpListener http) {
        this.owned = owned;
        this.http = http;
    }

    /** Returns at once even where backing stores are away: the service is unready until they are there. */
    public static PostsService start(PostsConfig config, Clock clock) {
        String name = Topology.POSTS.name();
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
            ServiceTokens tokens = owned.add(ServiceTokens.open(name, config.tokenSecret(), config.crew(), clock));
            var references = owned.add(new ReferenceCheck(config.telemetry(), config.commandDispatcher(), tokens));
            OutboxRelay relay = owned.add(OutboxRelay.start(name, postgres, amqp, meters));
            var routes = new PostRoutes(new PostStore(postgres.jdbi(), clock), references, relay, clock);
            var http = owned.add(HttpListener.open(
                    config.http(),
                    name,
                    health,
                    meters,
                    owned.add(TokenVerifier.open(config.http().tokens(), meters, clock)),
                    routes::register));
            return new PostsService(owned, http);
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
