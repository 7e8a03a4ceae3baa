package org.perilune.comments;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.util.List;
import org.perilune.chassis.http.HttpListener;
import org.perilune.chassis.http.ServiceTokens;
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
import org.perilune.contracts.FlightLog;
import org.perilune.contracts.Topology;

/** Comments on entries of the flight log. */
public final class CommentsService implements Service {
    private final Resources owned;
    private final HttpListener http;

    private CommentsService(Resources owned, HttpListener http) {
        this.owned = owned;
        this.http = http;
    }

    /** Returns at once even where backing stores are away: the service is unready until they are there. */
    public static CommentsService start(CommentsConfig config, Clock clock) {
        String name = Topology.COMMENTS.name();
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
            ServiceTokens tokens = owned.add(ServiceTokens.open(name, config.tokenSecret(), config.crew(), clock));
            var posts = owned.add(new PostsClient(config.posts(), tokens));
            OutboxRelay relay = owned.add(OutboxRelay.start(name, postgres, amqp, meters));
            QueueConsumer events = owned.add(EventConsumer.start(
                    Topology.COMMENTS,
                    EventQueues.typesOf(Topology.COMMENTS),
                    postgres,
                    amqp,
                    handler(new Decisions(relay, clock), meters),
                    meters));
            health.add("events", events::problem);
            var queries = new CommentQueries(postgres.jdbi());
            var comments = new Comments(postgres.jdbi(), queries, relay, clock);
            var routes = new CommentRoutes(comments, queries, new KnownPosts(postgres.jdbi(), posts), posts);
            var http = owned.add(HttpListener.open(
                    config.http(),
                    name,
                    health,
                    meters,
                    owned.add(TokenVerifier.open(config.http().tokens(), meters, clock)),
                    routes::register));
            return new CommentsService(owned, http);
        } catch (Throwable failure) {
            owned.closeAfter(failure);
            throw failure;
        }
    }

    /** Both kinds carry revisions and may come again; the inbox spares the work, and what decisions are retold. */
    private static EventConsumer.Handler handler(Decisions decisions, MeterRegistry meters) {
        var fromModeration = Inbox.from(Topology.MODERATION, Inbox.once(decisions::apply), meters);
        var fromPosts = Inbox.from(Topology.POSTS, Inbox.once(KnownPosts::apply), meters);
        return (transaction, event) -> {
            var responsible = event.type().equals(FlightLog.COMMENT_MODERATED) ? fromModeration : fromPosts;
            responsible.handle(transaction, event);
        };
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
