package org.perilune.comments;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.util.List;
import org.perilune.chassis.client.ServiceTokens;
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
import org.perilune.contracts.FlightLog;
import org.perilune.contracts.Topology;

/** Comments on entries of the flight log. */
public final class CommentsService {
    /** How it is read and started. */
    public static final ServiceDefinition<CommentsConfig> DEFINITION =
            new ServiceDefinition<>(Topology.COMMENTS, CommentsConfig::read, CommentsService::start);

    private CommentsService() {}

    /**
     * The service alone in its process.
     *
     * @param files of settings, the last one wins
     */
    public static void main(String... files) {
        Main.run(DEFINITION, files);
    }

    /** Returns at once even where backing stores are away: the service is unready until they are there. */
    public static Service start(CommentsConfig config, Clock clock) {
        return HttpService.start(Topology.COMMENTS, config.http(), clock, parts -> {
            var meters = parts.meters();
            Postgres postgres = parts.own(Postgres.open(
                    config.postgres(), List.of("db/" + parts.name(), Outbox.SCHEMA, Inbox.SCHEMA), meters));
            Amqp amqp = parts.own(Amqp.open(config.amqp(), parts.tracing()));
            parts.check("postgresql", postgres::problem);
            parts.check("amqp", amqp::problem);
            ServiceTokens tokens = parts.own(
                    ServiceTokens.open(parts.peers(), parts.name(), config.tokenSecret(), config.crew(), clock));
            var posts = parts.own(new PostsClient(parts.peers(), config.posts(), tokens));
            OutboxRelay relay = parts.own(OutboxRelay.start(parts.name(), postgres, amqp, meters));
            QueueConsumer events = parts.own(EventConsumer.start(
                    Topology.COMMENTS,
                    EventQueues.typesOf(Topology.COMMENTS),
                    postgres,
                    amqp,
                    handler(new Decisions(relay, clock), meters),
                    meters));
            parts.check("events", events::problem);
            var queries = new CommentQueries(postgres.jdbi());
            var comments = new Comments(postgres.jdbi(), queries, relay, clock);
            var routes = new CommentRoutes(comments, queries, new KnownPosts(postgres.jdbi(), posts), posts);
            return routes::register;
        });
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
}
