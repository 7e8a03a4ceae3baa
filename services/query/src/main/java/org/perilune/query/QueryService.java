package org.perilune.query;

import java.time.Clock;
import java.util.Set;
import org.perilune.chassis.http.Access;
import org.perilune.chassis.http.HttpListener;
import org.perilune.chassis.http.ServiceTokens;
import org.perilune.chassis.http.TokenVerifier;
import org.perilune.chassis.messaging.Amqp;
import org.perilune.chassis.messaging.EventConsumer;
import org.perilune.chassis.messaging.Inbox;
import org.perilune.chassis.messaging.QueueConsumer;
import org.perilune.chassis.opensearch.OpenSearch;
import org.perilune.chassis.postgres.NotificationListener;
import org.perilune.chassis.postgres.Postgres;
import org.perilune.chassis.runtime.Health;
import org.perilune.chassis.runtime.Meters;
import org.perilune.chassis.runtime.Resources;
import org.perilune.chassis.runtime.Service;
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
import org.perilune.query.rebuild.Rebuilds;
import org.perilune.query.search.IndexedSearch;
import org.perilune.query.search.Indexer;
import org.perilune.query.search.Search;
import org.perilune.query.search.SearchIndex;
import org.perilune.query.search.TextSearch;

/** The flight log to read: its own model of it, built from events alone. */
public final class QueryService implements Service {
    private final Resources owned;
    private final HttpListener http;

    private QueryService(Resources owned, HttpListener http) {
        this.owned = owned;
        this.http = http;
    }

    /** Returns at once even where backing stores are away: the service is unready until they are there. */
    public static QueryService start(QueryConfig config, Clock clock) {
        String name = Topology.QUERY.name();
        var owned = new Resources();
        try {
            var meters = Meters.open();
            owned.add(meters::close);
            var health = new Health();
            Postgres postgres = owned.add(Postgres.open(config.postgres(), "db/" + name, meters));
            Amqp amqp = owned.add(Amqp.open(config.amqp()));
            health.add("postgresql", postgres::problem);
            health.add("amqp", amqp::problem);
            NotificationListener changes = owned.add(NotificationListener.open(config.postgres(), LiveEntries.CHANNEL));
            health.add("changes", changes::problem);
            VersionBarrier barrier = owned.add(VersionBarrier.open(postgres));
            var entries = new EntryStore(postgres.jdbi());
            var pages = new Pages(entries, barrier, config.pageCacheBytes());
            LiveEntries live = owned.add(LiveEntries.open(entries, changes, clock));
            owned.add(Maintenance.start(postgres, config.activitiesKept(), clock));
            ServiceTokens tokens = owned.add(ServiceTokens.open(name, config.tokenSecret(), config.crew(), clock));
            EventLogClient log = owned.add(new EventLogClient(config.eventBus(), tokens));
            Rebuilds rebuilds = owned.add(new Rebuilds(postgres, log, clock));
            var activities = new ActivityRoutes(postgres.jdbi(), barrier);
            var index = new SearchIndex(owned.add(OpenSearch.open(config.opensearch())));
            owned.add(Indexer.open(postgres, index));
            var search =
                    new Search(new IndexedSearch(postgres.jdbi(), index), new TextSearch(postgres.jdbi()), barrier);
            // What every type of event tells may be of use: see ActivityRow.
            QueueConsumer events = owned.add(EventConsumer.startBatches(
                    Topology.QUERY,
                    Set.of(Exchanges.EVERY_TYPE),
                    postgres,
                    amqp,
                    Inbox.genuine(Projection::apply, meters),
                    meters));
            health.add("events", events::problem);
            var http = owned.add(HttpListener.open(
                    config.http(),
                    name,
                    health,
                    meters,
                    owned.add(TokenVerifier.open(config.http().tokens(), meters, clock)),
                    javalin -> {
                        // Streams never end by themselves: stopping would wait for them in vain.
                        javalin.events.serverStopping(live::close);
                        new EntryRoutes(pages, entries, barrier).register(javalin);
                        javalin.routes.get("/stream", live::handle, Access.VIEWER);
                        javalin.routes.get("/activity", activities::handle, Access.VIEWER);
                        javalin.routes.get("/search", search::handle, Access.VIEWER);
                        rebuilds.register(javalin);
                    }));
            return new QueryService(owned, http);
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
