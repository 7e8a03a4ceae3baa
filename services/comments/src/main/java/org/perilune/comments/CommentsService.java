package org.perilune.comments;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.util.List;
import org.perilune.chassis.http.HttpService;
import org.perilune.chassis.http.ServiceTokens;
import org.perilune.chassis.messaging.Amqp;
import org.perilune.chassis.messaging.EventConsumer;
import org.perilune.chassis.messaging.Inbox;
import org.perilune.chassis.messaging.Outbox;
import org.perilune.chassis.messaging.OutboxRelay;
import org.perilune.chassis.messaging.QueueConsumer;
import org.perilune.chassis.postgres.Postgres;
import org.perilune.chassis.runtime.Service;
import org.perilune.chassis.tls.TlsConfig;
import org.perilune.contracts.EventQueues;
import org.perilune.contracts.FlightLog;
import org.perilune.contracts.Topology;

/** Comments on entries of the flight log. */
public final class CommentsService {
    private CommentsService() {}

    /** Returns at once even where backing stores are away: the service is unready until they are there. */
    public static Service start(CommentsConfig config, Clock clock) {
        return HttpService.start(Topology.COMMENTS, config.http(), clock, parts -> {
            var meters = parts.meters();
            Postgres postgres = parts.own(Postgres.open(
                    config.postgres(), List.of("db/" + parts.name(), Outbox.SCHEMA, Inbox.SCHEMA), meters));
            Amqp amqp = parts.own(Amqp.open(config.amqp()));
            parts.check("postgresql", postgres::problem);
            parts.check("amqp", amqp::problem);
            TlsConfig tls = config.http().tls().calls();
            ServiceTokens tokens =
                    parts.own(ServiceTokens.open(parts.name(), config.tokenSecret(), config.crew(), tls, clock));
            var posts = parts.own(new PostsClient(config.posts(), tls, tokens));
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
