package org.perilune.console;

import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.perilune.chassis.client.ServiceClient;
import org.perilune.chassis.http.HttpService;
import org.perilune.chassis.http.Revocations;
import org.perilune.chassis.runtime.Service;
import org.perilune.chassis.server.Main;
import org.perilune.chassis.server.ServiceDefinition;
import org.perilune.console.fleet.FleetRoutes;
import org.perilune.console.live.LiveStreams;
import org.perilune.console.log.LogRoutes;
import org.perilune.console.login.LogInRoutes;
import org.perilune.console.moderation.ModerationRoutes;
import org.perilune.console.rendering.Assets;
import org.perilune.console.rendering.Failures;
import org.perilune.console.rendering.Pages;
import org.perilune.console.session.Guard;
import org.perilune.console.session.LogOuts;
import org.perilune.console.session.SessionAuthenticator;
import org.perilune.console.session.SessionCookie;
import org.perilune.console.session.Sessions;
import org.perilune.console.system.EventRoutes;
import org.perilune.console.system.SystemRoutes;
import org.perilune.console.system.TraceRoutes;
import org.perilune.console.uplink.CommandRoutes;
import org.perilune.console.uplink.TimelineRoutes;
import org.perilune.console.upstream.Relay;
import org.perilune.console.upstream.Shared;
import org.perilune.contracts.Topology;

/** Pages in a browser. Keeps nothing but a short cache of tokens: any copy can serve anybody. Safe for threads. */
public final class ConsoleService {
    /** How it is read and started. */
    public static final ServiceDefinition<ConsoleConfig> DEFINITION =
            new ServiceDefinition<>(Topology.CONSOLE, ConsoleConfig::read, ConsoleService::start);

    private static final Duration CALL_TIMEOUT = Duration.ofSeconds(3);

    private ConsoleService() {}

    /**
     * The service alone in its process.
     *
     * @param files of settings, the last one wins
     */
    public static void main(String... files) {
        Main.run(DEFINITION, files);
    }

    /** Starts whether or not the services it shows can be reached: its pages say so. */
    public static Service start(ConsoleConfig config, Clock clock) {
        return HttpService.start(Topology.CONSOLE, config.http(), clock, parts -> {
            var telemetry = open(parts, "telemetry", config.telemetry());
            var status = open(parts, "status", config.status());
            var crew = open(parts, "crew", config.crew());
            var dispatcher = open(parts, "command-dispatcher", config.commandDispatcher());
            var timeline = open(parts, "timeline", config.timeline());
            var posts = open(parts, "posts", config.posts());
            var comments = open(parts, "comments", config.comments());
            var eventBus = open(parts, "event-bus", config.eventBus());
            var moderation = open(parts, "moderation", config.moderation());
            var query = open(parts, "query", config.query());
            var logOuts = parts.own(LogOuts.start(crew));
            var revocations = parts.own(Revocations.open(config.http().tokens(), parts.peers(), parts.meters()));
            var sessions = new Sessions(crew, revocations, logOuts, clock);
            var cookie = new SessionCookie(config.secureCookies());
            var assets = Assets.load();
            var pages = new Pages(config.missionName(), config.missionStart(), assets, cookie, clock);
            var live = parts.own(new LiveStreams(
                    Map.of("telemetry", telemetry, "commands", dispatcher, "timeline", timeline, "log", query),
                    sessions,
                    cookie));
            var logIn = new LogInRoutes(crew, config.http().proxies(), sessions, cookie, pages, live);
            var devices = new Shared<>(
                    token -> telemetry
                            .get("/devices", Optional.of(token), FleetRoutes.Fleet.class)
                            .devices(),
                    clock);
            var held = new Shared<>(token -> CommandRoutes.held(dispatcher, token), clock);
            var dead = new Shared<>(token -> EventRoutes.dead(eventBus, token), clock);
            var relay = new Relay(sessions, cookie);
            var fleet = new FleetRoutes(telemetry, sessions, cookie, pages, devices, held, dead);
            var system = new SystemRoutes(status, telemetry, sessions, cookie, pages);
            var traces = new TraceRoutes(status, parts.tracing(), sessions, cookie, pages);
            var commands = new CommandRoutes(dispatcher, relay, devices, sessions, cookie, pages);
            var events = new TimelineRoutes(timeline, relay, devices, sessions, cookie, pages);
            var log = new LogRoutes(
                    new LogRoutes.Services(query, posts, comments), relay, devices, sessions, cookie, pages);
            var judged = new ModerationRoutes(moderation, relay, sessions, cookie, pages);
            var bus = new EventRoutes(eventBus, relay, sessions, cookie, pages);
            parts.authenticateBy(new SessionAuthenticator(sessions, cookie));
            return javalin -> {
                // Closed first: an open stream would hold up the listener until its drain time is over.
                javalin.events.serverStopping(live::close);
                new Guard(config.secureCookies(), config.publicUrl(), cookie).addTo(javalin);
                new Failures(pages, sessions, cookie).addTo(javalin);
                assets.addTo(javalin);
                logIn.addTo(javalin);
                fleet.addTo(javalin);
                system.addTo(javalin);
                traces.addTo(javalin);
                commands.addTo(javalin);
                events.addTo(javalin);
                bus.addTo(javalin);
                judged.addTo(javalin); // Before what has an id in its place.
                log.addTo(javalin);
                live.addTo(javalin);
            };
        });
    }

    private static ServiceClient open(HttpService.Parts parts, String name, URI address) {
        return parts.own(parts.peers().client(name, address, CALL_TIMEOUT));
    }
}
