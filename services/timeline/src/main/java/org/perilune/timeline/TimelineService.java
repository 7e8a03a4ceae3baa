package org.perilune.timeline;

import com.mongodb.client.MongoDatabase;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.perilune.chassis.client.ServiceTokens;
import org.perilune.chassis.http.HttpService;
import org.perilune.chassis.messaging.Amqp;
import org.perilune.chassis.mongo.Mongo;
import org.perilune.chassis.mongo.MongoOutboxRelay;
import org.perilune.chassis.mongo.MongoTime;
import org.perilune.chassis.runtime.DatabaseClock;
import org.perilune.chassis.runtime.Service;
import org.perilune.chassis.runtime.WakeupSignal;
import org.perilune.chassis.server.Main;
import org.perilune.chassis.server.ServiceDefinition;
import org.perilune.contracts.Topology;
import org.perilune.timeline.api.ChangeRoute;
import org.perilune.timeline.api.DataRoute;
import org.perilune.timeline.api.DryRuns;
import org.perilune.timeline.api.InputRoute;
import org.perilune.timeline.api.LiveRoute;
import org.perilune.timeline.api.TimelineRoutes;
import org.perilune.timeline.event.EventMaker;
import org.perilune.timeline.launch.DispatcherClient;
import org.perilune.timeline.launch.LaunchTimer;
import org.perilune.timeline.launch.Launches;
import org.perilune.timeline.launch.Lease;
import org.perilune.timeline.launch.Maintenance;
import org.perilune.timeline.launch.Predictions;
import org.perilune.timeline.launch.RetentionTask;
import org.perilune.timeline.launch.SeriesTurn;
import org.perilune.timeline.store.ChangeFollower;
import org.perilune.timeline.store.ChangeLog;
import org.perilune.timeline.store.EventIndex;
import org.perilune.timeline.store.EventStore;
import org.perilune.timeline.store.Followers;
import org.perilune.timeline.store.Timeline;

/** Keeps what is planned and foreseen, and sends the commands of events when they are due. */
public final class TimelineService {
    /** How it is read and started. */
    public static final ServiceDefinition<TimelineConfig> DEFINITION =
            new ServiceDefinition<>(Topology.TIMELINE, TimelineConfig::read, TimelineService::start);

    private static final Duration PREDICTIONS_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration PREDICTIONS_EVERY = Duration.ofSeconds(10);
    /** Often enough that a token is never asked for when an event is due. */
    private static final Duration TOKEN_EVERY = Duration.ofSeconds(10);

    private static final Duration TRIM_EVERY = Duration.ofSeconds(30);
    private static final Duration PRUNE_EVERY = Duration.ofMinutes(10);

    private TimelineService() {}

    /**
     * The service alone in its process.
     *
     * @param files of settings, the last one wins
     */
    public static void main(String... files) {
        Main.run(DEFINITION, files);
    }

    /** Returns at once even where MongoDB or other services are away: the timeline is unready until MongoDB is there. */
    public static Service start(TimelineConfig config, Clock clock) {
        return start(
                config,
                clock,
                (mongo, meters) -> DatabaseClock.follow(
                        Topology.TIMELINE.name(), new MongoTime(mongo), clock, config.clock(), meters));
    }

    /** By which time is decided what is due. */
    @FunctionalInterface
    interface Time {
        DatabaseClock of(MongoDatabase mongo, MeterRegistry meters);
    }

    /** @param wall is for tokens only, whose times come from another service */
    static Service start(TimelineConfig config, Clock wall, Time time) {
        return HttpService.start(Topology.TIMELINE, config.http(), wall, parts -> {
            var meters = parts.meters();
            Mongo mongo = parts.own(Mongo.open(config.mongo()));
            parts.check("mongodb", mongo::problem);
            DatabaseClock clock = parts.own(time.of(mongo.database(), meters));
            ServiceTokens tokens = parts.own(ServiceTokens.open(
                    parts.peers(), Topology.TIMELINE.name(), config.tokenSecret(), config.crew(), wall));
            var dispatcher = parts.own(new DispatcherClient(parts.peers(), config.commandDispatcher(), tokens));
            var lunarModule =
                    parts.own(parts.peers().client("lunar-module", config.lunarModule(), PREDICTIONS_TIMEOUT));
            String copy = UUID.randomUUID().toString();
            // Not in the health: events of the timeline need not wait for the broker, telling of them does.
            Amqp amqp = parts.own(Amqp.open(config.amqp(), parts.tracing()));
            var events = EventStore.collection(mongo.database());
            var relay = parts.own(MongoOutboxRelay.start(Topology.TIMELINE.name(), events, amqp, meters));
            var store = new EventStore(events, relay);
            var log = new ChangeLog(mongo.database(), copy);
            var index = new EventIndex();
            var wakeup = new WakeupSignal();
            var followers = parts.own(new Followers());
            var timeline = new Timeline(store, log, index, followers, wakeup);
            var lease = parts.own(new Lease(mongo.database(), copy, config.lease()));
            var changes = parts.own(ChangeFollower.start(store, log, index, timeline, followers, meters));
            parts.check("timeline", changes::problem);
            var series = new SeriesTurn(timeline, store, config.grace(), clock);
            var launches = new Launches(timeline, store, series, dispatcher, lease, config.grace(), clock, meters);
            parts.own(new LaunchTimer(index, launches, lease, changes::isLoaded, wakeup, clock));
            var predictions = new Predictions(lunarModule, tokens, timeline, store, index, clock);
            var pruning = new RetentionTask(timeline, index, config.keepPlanned(), config.keepPredicted(), clock);
            parts.own(new Maintenance(
                    lease,
                    changes::isLoaded,
                    List.of(
                            new Maintenance.Chore("The token for command-dispatcher", TOKEN_EVERY, tokens::token),
                            new Maintenance.Chore("Foreseeing passes", PREDICTIONS_EVERY, predictions::turn),
                            new Maintenance.Chore("Trimming the log of changes", TRIM_EVERY, log::trim),
                            new Maintenance.Chore("Removing what is long past", PRUNE_EVERY, pruning::turn))));
            var maker = new EventMaker(clock);
            var dryRuns = new DryRuns(dispatcher);
            var routes = new TimelineRoutes(
                    new DataRoute(store, index, changes::isLoaded),
                    new InputRoute(timeline, store, index, maker, dryRuns, config.mostEvents(), clock),
                    new ChangeRoute(timeline, store, maker, dryRuns, clock),
                    new LiveRoute(followers, clock),
                    followers);
            return routes::register;
        });
    }
}
