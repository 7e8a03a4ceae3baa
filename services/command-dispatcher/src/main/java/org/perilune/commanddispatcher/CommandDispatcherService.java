package org.perilune.commanddispatcher;

import io.javalin.config.JavalinConfig;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.perilune.chassis.client.ServiceClient;
import org.perilune.chassis.client.ServiceTokens;
import org.perilune.chassis.http.Access;
import org.perilune.chassis.http.HttpService;
import org.perilune.chassis.messaging.Amqp;
import org.perilune.chassis.messaging.Outbox;
import org.perilune.chassis.messaging.OutboxRelay;
import org.perilune.chassis.postgres.NotificationListener;
import org.perilune.chassis.postgres.Postgres;
import org.perilune.chassis.postgres.SqlTimes;
import org.perilune.chassis.redis.Redis;
import org.perilune.chassis.runtime.DatabaseClock;
import org.perilune.chassis.runtime.Service;
import org.perilune.chassis.server.Main;
import org.perilune.chassis.server.ServiceDefinition;
import org.perilune.commanddispatcher.api.Approvals;
import org.perilune.commanddispatcher.api.CommandRoutes;
import org.perilune.commanddispatcher.api.DictionaryRoutes;
import org.perilune.commanddispatcher.api.LiveCommands;
import org.perilune.commanddispatcher.dictionary.Dictionary;
import org.perilune.commanddispatcher.intake.AskerRights;
import org.perilune.commanddispatcher.intake.DeviceDirectory;
import org.perilune.commanddispatcher.intake.DispatchRoute;
import org.perilune.commanddispatcher.intake.Intake;
import org.perilune.commanddispatcher.lifecycle.CommandQueries;
import org.perilune.commanddispatcher.lifecycle.CommandStore;
import org.perilune.commanddispatcher.lifecycle.Transitions;
import org.perilune.commanddispatcher.uplink.Uplink;
import org.perilune.contracts.Topology;

/** Takes commands for devices and tracks each to its end. */
public final class CommandDispatcherService {
    /** How it is read and started. */
    public static final ServiceDefinition<CommandDispatcherConfig> DEFINITION = new ServiceDefinition<>(
            Topology.COMMAND_DISPATCHER, CommandDispatcherConfig::read, CommandDispatcherService::start);

    private static final Duration TELEMETRY_TIMEOUT = Duration.ofSeconds(2);

    private CommandDispatcherService() {}

    /**
     * The service alone in its process.
     *
     * @param files of settings, the last one wins
     */
    public static void main(String... files) {
        Main.run(DEFINITION, files);
    }

    /** Returns at once even where backing stores are away: the service is unready until they are there. */
    public static Service start(CommandDispatcherConfig config, Clock wall) {
        return HttpService.start(Topology.COMMAND_DISPATCHER, config.http(), wall, parts -> {
            var meters = parts.meters();
            Postgres postgres =
                    parts.own(Postgres.open(config.postgres(), List.of("db/" + parts.name(), Outbox.SCHEMA), meters));
            // Tokens come from elsewhere, and have times of their own; all else is by the database's.
            DatabaseClock clock = parts.own(DatabaseClock.follow(
                    parts.name(), SqlTimes.ofDatabase(postgres.jdbi()), wall, config.clock(), meters));
            Redis redis = parts.own(Redis.open(config.redis()));
            ServiceTokens tokens = parts.own(
                    ServiceTokens.open(parts.peers(), parts.name(), config.tokenSecret(), config.crew(), wall));
            ServiceClient telemetry =
                    parts.own(parts.peers().client(Topology.TELEMETRY.name(), config.telemetry(), TELEMETRY_TIMEOUT));
            Dictionary dictionary = parts.own(Dictionary.open(postgres, clock));
            parts.check("postgresql", postgres::problem);
            parts.check("redis", redis::problem);
            parts.check("dictionary", dictionary::problem);
            NotificationListener changes =
                    parts.own(NotificationListener.open(config.postgres(), CommandStore.CHANGED));
            parts.check("changes", changes::problem);
            publish(parts, config, postgres, changes);
            var queries = new CommandQueries(postgres.jdbi());
            LiveCommands live = parts.own(LiveCommands.open(queries, changes, clock));
            Uplink uplink = parts.own(Uplink.start(
                    config.mqtt(),
                    parts.peers(),
                    config.telemetry(),
                    postgres,
                    redis,
                    tokens,
                    changes,
                    parts.health(),
                    meters,
                    parts.tracing(),
                    clock));
            Intake intake = parts.own(Intake.open(postgres.jdbi(), meters));
            var devices = new DeviceDirectory(telemetry, tokens, postgres.jdbi(), clock);
            var store = new CommandStore(postgres.jdbi());
            var rights = parts.own(new AskerRights(
                    parts.peers(), config.crew(), tokens, config.http().tokens().revocationsMaxAge(), meters));
            var dispatch = new DispatchRoute(dictionary, devices, intake, store, rights, uplink, clock);
            var approvals = new Approvals(postgres.jdbi(), new Transitions(clock), clock);
            var commands = new CommandRoutes(dispatch, queries, approvals, uplink);
            return javalin -> {
                commands.register(javalin);
                new DictionaryRoutes(dictionary).register(javalin);
                follow(javalin, live);
            };
        });
    }

    /** The broker is not in the health: commands need not wait for it, events do. */
    private static void publish(
            HttpService.Parts parts, CommandDispatcherConfig config, Postgres postgres, NotificationListener changes) {
        Amqp amqp = parts.own(Amqp.open(config.amqp(), parts.tracing()));
        OutboxRelay relay = parts.own(OutboxRelay.start(parts.name(), postgres, amqp, parts.meters()));
        changes.onChange(ids -> relay.wake());
    }

    private static void follow(JavalinConfig javalin, LiveCommands live) {
        // Streams never end by themselves: stopping would wait for them in vain.
        javalin.events.serverStopping(live::close);
        javalin.routes.get("/stream", live::handle, Access.VIEWER);
    }
}
