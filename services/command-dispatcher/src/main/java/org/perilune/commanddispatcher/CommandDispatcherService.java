package org.perilune.commanddispatcher;

import io.javalin.config.JavalinConfig;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.perilune.chassis.http.Access;
import org.perilune.chassis.http.HttpListener;
import org.perilune.chassis.http.ServiceClient;
import org.perilune.chassis.http.ServiceTokens;
import org.perilune.chassis.http.TokenVerifier;
import org.perilune.chassis.messaging.Amqp;
import org.perilune.chassis.messaging.Outbox;
import org.perilune.chassis.messaging.OutboxRelay;
import org.perilune.chassis.postgres.NotificationListener;
import org.perilune.chassis.postgres.Postgres;
import org.perilune.chassis.postgres.SqlTimes;
import org.perilune.chassis.redis.Redis;
import org.perilune.chassis.runtime.DatabaseClock;
import org.perilune.chassis.runtime.Health;
import org.perilune.chassis.runtime.Meters;
import org.perilune.chassis.runtime.Resources;
import org.perilune.chassis.runtime.Service;
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
public final class CommandDispatcherService implements Service {
    private static final Duration TELEMETRY_TIMEOUT = Duration.ofSeconds(2);

    private final Resources owned;
    private final HttpListener http;

    private CommandDispatcherService(Resources owned, HttpListener http) {
        this.owned = owned;
        this.http = http;
    }

    /** Returns at once even where backing stores are away: the service is unready until they are there. */
    public static CommandDispatcherService start(CommandDispatcherConfig config, Clock wall) {
        String name = Topology.COMMAND_DISPATCHER.name();
        var owned = new Resources();
        try {
            var meters = Meters.open();
            var health = new Health();
            Postgres postgres =
                    owned.add(Postgres.open(config.postgres(), List.of("db/" + name, Outbox.SCHEMA), meters));
            // Tokens come from elsewhere, and have times of their own; all else is by the database's.
            DatabaseClock clock = owned.add(
                    DatabaseClock.follow(name, SqlTimes.ofDatabase(postgres.jdbi()), wall, config.clock(), meters));
            Redis redis = owned.add(Redis.open(config.redis()));
            ServiceTokens tokens = owned.add(ServiceTokens.open(name, config.tokenSecret(), config.crew(), wall));
            ServiceClient telemetry =
                    owned.add(ServiceClient.open(Topology.TELEMETRY.name(), config.telemetry(), TELEMETRY_TIMEOUT));
            Dictionary dictionary = owned.add(Dictionary.open(postgres, clock));
            health.add("postgresql", postgres::problem);
            health.add("redis", redis::problem);
            health.add("dictionary", dictionary::problem);
            NotificationListener changes =
                    owned.add(NotificationListener.open(config.postgres(), CommandStore.CHANGED));
            health.add("changes", changes::problem);
            publish(owned, config, postgres, changes, meters);
            var queries = new CommandQueries(postgres.jdbi());
            LiveCommands live = owned.add(LiveCommands.open(queries, changes, clock));
            Uplink uplink = owned.add(Uplink.start(
                    config.mqtt(), config.telemetry(), postgres, redis, tokens, changes, health, meters, clock));
            Intake intake = owned.add(Intake.open(postgres.jdbi(), meters));
            var devices = new DeviceDirectory(telemetry, tokens, postgres.jdbi(), clock);
            var store = new CommandStore(postgres.jdbi());
            var rights = owned.add(new AskerRights(
                    config.crew(), tokens, config.http().tokens().revocationsMaxAge(), meters));
            var dispatch = new DispatchRoute(dictionary, devices, intake, store, rights, uplink, clock);
            var approvals = new Approvals(postgres.jdbi(), new Transitions(clock), clock);
            var commands = new CommandRoutes(dispatch, queries, approvals, uplink);
            var http = owned.add(HttpListener.open(
                    config.http(),
                    name,
                    health,
                    meters,
                    owned.add(TokenVerifier.open(config.http().tokens(), meters, wall)),
                    javalin -> {
                        commands.register(javalin);
                        new DictionaryRoutes(dictionary).register(javalin);
                        follow(javalin, live);
                    }));
            return new CommandDispatcherService(owned, http);
        } catch (Throwable failure) {
            owned.closeAfter(failure);
            throw failure;
        }
    }

    /** The broker is not in the health: commands need not wait for it, events do. */
    private static void publish(
            Resources owned,
            CommandDispatcherConfig config,
            Postgres postgres,
            NotificationListener changes,
            MeterRegistry meters) {
        Amqp amqp = owned.add(Amqp.open(config.amqp()));
        OutboxRelay relay = owned.add(OutboxRelay.start(Topology.COMMAND_DISPATCHER.name(), postgres, amqp, meters));
        changes.onChange(ids -> relay.wake());
    }

    private static void follow(JavalinConfig javalin, LiveCommands live) {
        // Streams never end by themselves: stopping would wait for them in vain.
        javalin.events.serverStopping(live::close);
        javalin.routes.get("/stream", live::handle, Access.VIEWER);
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
