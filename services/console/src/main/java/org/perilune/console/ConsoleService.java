package org.perilune.console;

import io.javalin.config.JavalinConfig;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.perilune.chassis.http.HttpListener;
import org.perilune.chassis.http.Revocations;
import org.perilune.chassis.http.ServiceClient;
import org.perilune.chassis.runtime.Health;
import org.perilune.chassis.runtime.Meters;
import org.perilune.chassis.runtime.Resources;
import org.perilune.chassis.runtime.Service;
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
import org.perilune.console.uplink.CommandRoutes;
import org.perilune.console.uplink.TimelineRoutes;
import org.perilune.console.upstream.Relay;
import org.perilune.console.upstream.Shared;

/** Pages in a browser. Keeps nothing but a short cache of tokens: any copy can serve anybody. Safe for threads. */
public final class ConsoleService implements Service {
    private static final Duration CALL_TIMEOUT = Duration.ofSeconds(3);

    private final HttpListener http;
    private final Resources owned;

    private ConsoleService(HttpListener http, Resources owned) {
        this.http = http;
        this.owned = owned;
    }

    /** Starts whether or not the services it shows can be reached: its pages say so. */
    public static ConsoleService start(ConsoleConfig config, Clock clock) {
        var owned = new Resources();
        try {
            var telemetry = open(owned, "telemetry", config.telemetry());
            var status = open(owned, "status", config.status());
            var crew = open(owned, "crew", config.crew());
            var dispatcher = open(owned, "command-dispatcher", config.commandDispatcher());
            var timeline = open(owned, "timeline", config.timeline());
            var posts = open(owned, "posts", config.posts());
            var comments = open(owned, "comments", config.comments());
            var eventBus = open(owned, "event-bus", config.eventBus());
            var moderation = open(owned, "moderation", config.moderation());
            var query = open(owned, "query", config.query());
            var meters = Meters.open();
            owned.add(meters::close);
            var logOuts = owned.add(LogOuts.start(crew));
            var revocations = owned.add(Revocations.open(config.http().tokens(), meters));
            var sessions = new Sessions(crew, revocations, logOuts, clock);
            var cookie = new SessionCookie(config.secureCookies());
            var assets = Assets.load();
            var pages = new Pages(config.missionName(), config.missionStart(), assets, cookie, clock);
            var live = new LiveStreams(
                    Map.of("telemetry", telemetry, "commands", dispatcher, "timeline", timeline, "log", query),
                    sessions,
                    cookie);
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
            var commands = new CommandRoutes(dispatcher, relay, devices, sessions, cookie, pages);
            var events = new TimelineRoutes(timeline, relay, devices, sessions, cookie, pages);
            var log = new LogRoutes(
                    new LogRoutes.Services(query, posts, comments), relay, devices, sessions, cookie, pages);
            var judged = new ModerationRoutes(moderation, relay, sessions, cookie, pages);
            var bus = new EventRoutes(eventBus, relay, sessions, cookie, pages);
            var http = owned.add(HttpListener.open(
                    config.http(),
                    "console",
                    new Health(),
                    meters,
                    new SessionAuthenticator(sessions, cookie),
                    (JavalinConfig javalin) -> {
                        new Guard(config.secureCookies(), config.publicUrl(), cookie).addTo(javalin);
                        new Failures(pages, sessions, cookie).addTo(javalin);
                        assets.addTo(javalin);
                        logIn.addTo(javalin);
                        fleet.addTo(javalin);
                        system.addTo(javalin);
                        commands.addTo(javalin);
                        events.addTo(javalin);
                        bus.addTo(javalin);
                        judged.addTo(javalin); // Before what has an id in its place.
                        log.addTo(javalin);
                        live.addTo(javalin);
                    }));
            // Closed first: an open stream would hold up the listener until its drain time is over.
            owned.add(live);
            return new ConsoleService(http, owned);
        } catch (Throwable failure) {
            owned.closeAfter(failure);
            throw failure;
        }
    }

    private static ServiceClient open(Resources owned, String name, URI address) {
        return owned.add(ServiceClient.open(name, address, CALL_TIMEOUT));
    }

    @Override
    public int port() {
        return http.port();
    }

    @Override
    public void close() {
        owned.close();
    }
}
