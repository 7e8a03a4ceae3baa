package org.perilune.query;

import java.time.Clock;
import java.util.Set;
import org.perilune.chassis.client.ServiceTokens;
import org.perilune.chassis.http.Access;
import org.perilune.chassis.http.HttpService;
import org.perilune.chassis.messaging.Amqp;
import org.perilune.chassis.messaging.EventConsumer;
import org.perilune.chassis.messaging.Inbox;
import org.perilune.chassis.messaging.QueueConsumer;
import org.perilune.chassis.opensearch.OpenSearch;
import org.perilune.chassis.postgres.NotificationListener;
import org.perilune.chassis.postgres.Postgres;
import org.perilune.chassis.runtime.Service;
import org.perilune.chassis.server.Main;
import org.perilune.chassis.server.ServiceDefinition;
import org.perilune.contracts.Exchanges;
import org.perilune.contracts.Topology;
import org.perilune.query.entries.ActivityRoutes;
import org.perilune.query.entries.EntryRoutes;
import org.perilune.query.entries.EntryStore;
import org.perilune.query.entries.LiveEntries;
import org.perilune.query.entries.Pages;
import org.perilune.query.entries.Projection;
import org.perilune.query.model.VersionBarrier;
import org.perilune.query.rebuild.EventLogClient;
import org.perilune.query.rebuild.FirstModel;
import org.perilune.query.rebuild.Rebuilds;
import org.perilune.query.search.IndexedSearch;
import org.perilune.query.search.Indexer;
import org.perilune.query.search.Search;
import org.perilune.query.search.SearchIndex;
import org.perilune.query.search.TextSearch;

/** The flight log to read: its own model of it, built from events alone. */
public final class QueryService {
    /** How it is read and started. */
    public static final ServiceDefinition<QueryConfig> DEFINITION =
            new ServiceDefinition<>(Topology.QUERY, QueryConfig::read, QueryService::start);

    private QueryService() {}

    /**
     * The service alone in its process.
     *
     * @param files of settings, the last one wins
     */
    public static void main(String... files) {
        Main.run(DEFINITION, files);
    }

    /** Returns at once even where backing stores are away: the service is unready until they are there. */
    public static Service start(QueryConfig config, Clock clock) {
        return HttpService.start(Topology.QUERY, config.http(), clock, parts -> {
            var meters = parts.meters();
            Postgres postgres = parts.own(Postgres.open(config.postgres(), "db/" + parts.name(), meters));
            Amqp amqp = parts.own(Amqp.open(config.amqp(), parts.tracing()));
            parts.check("postgresql", postgres::problem);
            parts.check("amqp", amqp::problem);
            NotificationListener changes = parts.own(NotificationListener.open(config.postgres(), LiveEntries.CHANNEL));
            parts.check("changes", changes::problem);
            VersionBarrier barrier = parts.own(VersionBarrier.open(postgres));
            var entries = new EntryStore(postgres.jdbi());
            var pages = new Pages(entries, barrier, config.pageCacheBytes());
            LiveEntries live = parts.own(LiveEntries.open(entries, changes, clock));
            parts.own(Maintenance.start(postgres, config.activitiesKept(), clock));
            ServiceTokens tokens = parts.own(
                    ServiceTokens.open(parts.peers(), parts.name(), config.tokenSecret(), config.crew(), clock));
            EventLogClient log = parts.own(new EventLogClient(parts.peers(), config.eventBus(), tokens));
            Rebuilds rebuilds = parts.own(new Rebuilds(postgres, log, clock));
            FirstModel first = parts.own(FirstModel.start(postgres, log, rebuilds));
            parts.check("model", first::problem);
            var activities = new ActivityRoutes(postgres.jdbi(), barrier);
            var index = new SearchIndex(parts.own(OpenSearch.open(config.opensearch())));
            parts.own(Indexer.open(postgres, index));
            var search =
                    new Search(new IndexedSearch(postgres.jdbi(), index), new TextSearch(postgres.jdbi()), barrier);
            // What every type of event tells may be of use: see ActivityRow.
            QueueConsumer events = parts.own(EventConsumer.startBatches(
                    Topology.QUERY,
                    Set.of(Exchanges.EVERY_TYPE),
                    postgres,
                    amqp,
                    Inbox.genuine(Projection::apply, meters),
                    meters));
            parts.check("events", events::problem);
            return javalin -> {
                // Streams never end by themselves: stopping would wait for them in vain.
                javalin.events.serverStopping(live::close);
                new EntryRoutes(pages, entries, barrier).register(javalin);
                javalin.routes.get("/stream", live::handle, Access.VIEWER);
                javalin.routes.get("/activity", activities::handle, Access.VIEWER);
                javalin.routes.get("/search", search::handle, Access.VIEWER);
                rebuilds.register(javalin);
            };
        });
    }
}
