package org.perilune.chassis;

import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import io.javalin.json.JavalinJackson;
import io.javalin.security.RouteRole;
import io.javalin.util.JavalinException;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.eclipse.jetty.server.AbstractConnector;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A service's HTTP: probes and metrics, tokens checked on everything that is not {@link Access#OPEN}, failures answered
 * as problems, bounds on sizes, requests measured. Routes without an {@link Access} are refused.
 */
public final class HttpListener implements AutoCloseable {
    /** Bodies over this are answered with 413. */
    public static final int MAX_BODY_BYTES = 1024 * 1024;

    private static final String PRINCIPAL = "perilune.principal";
    private static final String BEGAN = "perilune.began";
    /** Within a request. */
    private static final long IDLE_MILLIS = 30_000;

    /**
     * How long connections without a request are kept. Longer than {@link ServiceClient} keeps them: else a request
     * could meet a connection that is just being closed.
     */
    private static final Duration KEPT = ServiceClient.KEPT.plusSeconds(10);

    /** Connections that wait to be accepted: a burst beyond Java's own 50 would be reset on a busy machine. */
    private static final int ACCEPT_QUEUE = 1_024;

    private static final long SHUTDOWN_IDLE_MILLIS = 100;
    private static final Logger LOG = LoggerFactory.getLogger(HttpListener.class);

    private final Javalin server;
    private final Health health;

    private HttpListener(Javalin server, Health health) {
        this.server = server;
        this.health = health;
    }

    /**
     * Listens, and from then on the service counts as started.
     *
     * @param service the service's name, for metrics
     * @param routes adds routes with {@code config.routes.get(path, handler, Access.VIEWER)}, and static files
     * @throws IllegalStateException naming host and port if they are taken
     */
    public static HttpListener open(
            HttpConfig config,
            String service,
            Health health,
            PrometheusMeterRegistry meters,
            Authenticator authenticator,
            Consumer<JavalinConfig> routes) {
        Javalin server = Javalin.create(javalin -> {
            basics(javalin, config);
            javalin.routes.before(HttpListener::harden);
            javalin.routes.beforeMatched(context -> admit(context, authenticator));
            probes(javalin, health, meters);
            measure(javalin, service, meters);
            javalin.routes.exception(ServiceException.class, Problems::answer);
            javalin.routes.exception(HttpResponseException.class, Problems::answer);
            javalin.routes.exception(Exception.class, Problems::answerUnexpected);
            routes.accept(javalin);
        });
        try {
            server.start();
        } catch (RuntimeException failure) {
            throw new IllegalStateException(
                    "%s cannot listen on %s:%d; set %s.http.port to a free port"
                            .formatted(service, config.host(), config.port(), service),
                    failure);
        }
        connectors(server).forEach(connector -> connector.setIdleTimeout(KEPT.toMillis()));
        health.started();
        return new HttpListener(server, health);
    }

    public int port() {
        return server.port();
    }

    /** How long connections without a request are kept. */
    Duration kept() {
        return connectors(server)
                .map(connector -> Duration.ofMillis(connector.getIdleTimeout()))
                .min(Duration::compareTo)
                .orElseThrow();
    }

    private static Stream<AbstractConnector> connectors(Javalin server) {
        return Stream.of(server.jettyServer().server().getConnectors())
                .filter(AbstractConnector.class::isInstance)
                .map(AbstractConnector.class::cast);
    }

    /** Who is asking; only in handlers of routes that are not {@link Access#OPEN}. */
    public static Principal principal(Context context) {
        Principal principal = context.attribute(PRINCIPAL);
        if (principal == null) {
            throw new IllegalStateException("An open route has no principal");
        }
        return principal;
    }

    @Override
    public void close() {
        health.stopping();
        // Idle connections of clients that keep them would otherwise hold up every stop for a second.
        connectors(server).forEach(connector -> connector.setShutdownIdleTimeout(SHUTDOWN_IDLE_MILLIS));
        try {
            server.stop();
        } catch (JavalinException failure) {
            if (!(failure.getCause() instanceof TimeoutException)) {
                throw failure;
            }
            LOG.info("Connections were cut off when the time to drain was over [port: {}]", server.port());
        }
    }

    private static void basics(JavalinConfig javalin, HttpConfig config) {
        javalin.startup.showJavalinBanner = false;
        javalin.startup.showOldJavalinVersionWarning = false;
        javalin.concurrency.useVirtualThreads = true;
        javalin.http.maxRequestSize = MAX_BODY_BYTES;
        javalin.http.prefer405over404 = true;
        javalin.http.defaultContentType = "application/json";
        javalin.jsonMapper(new JavalinJackson(Json.mapper(), true));
        javalin.jetty.addConnector((server, http) -> {
            var connector = new ServerConnector(server, new HttpConnectionFactory(http));
            connector.setHost(config.host());
            connector.setPort(config.port());
            connector.setAcceptQueueSize(ACCEPT_QUEUE);
            return connector;
        });
        javalin.jetty.modifyServer(
                (Server server) -> server.setStopTimeout(config.drain().toMillis()));
        javalin.jetty.modifyHttpConfiguration(http -> {
            http.setSendServerVersion(false);
            http.setRequestHeaderSize(16 * 1024);
            http.setIdleTimeout(IDLE_MILLIS);
        });
    }

    /** Before any handler, which may set what it wants instead. What needs a token must not stay in caches. */
    private static void harden(Context context) {
        context.header("X-Content-Type-Options", "nosniff");
        context.header("Cache-Control", "no-store");
    }

    private static void admit(Context context, Authenticator authenticator) {
        Set<RouteRole> roles = context.routeRoles();
        if (roles.contains(Access.OPEN)) {
            return;
        }
        Principal principal = authenticator.authenticate(context);
        boolean admitted =
                roles.stream().anyMatch(role -> role instanceof Access access && access.admits(principal.role()));
        if (!admitted) {
            throw new ServiceException.Forbidden("%s has the role %s, which may not do this"
                    .formatted(principal.name(), principal.role().wireName()));
        }
        context.attribute(PRINCIPAL, principal);
    }

    private static void probes(JavalinConfig javalin, Health health, PrometheusMeterRegistry meters) {
        javalin.routes.get(
                "/health", context -> context.json(new Health.Report("up", java.util.List.of())), Access.OPEN);
        javalin.routes.get("/started", context -> context.status(health.isStarted() ? 200 : 503), Access.OPEN);
        javalin.routes.get(
                "/ready",
                context -> {
                    Health.Report report = health.report();
                    context.status(report.status().equals("up") ? 200 : 503).json(report);
                },
                Access.OPEN);
        javalin.routes.get(
                "/metrics",
                context -> context.contentType("text/plain; version=0.0.4; charset=utf-8")
                        .result(meters.scrape()),
                Access.OPEN);
    }

    private static void measure(JavalinConfig javalin, String service, PrometheusMeterRegistry meters) {
        javalin.routes.before(context -> context.attribute(BEGAN, System.nanoTime()));
        javalin.routes.after(context -> {
            Long began = context.attribute(BEGAN);
            if (began != null) {
                Timer.builder("http.server.requests")
                        .tag("service", service)
                        .tag("method", context.method().name())
                        .tag("status", Integer.toString(context.statusCode()))
                        .register(meters)
                        .record(System.nanoTime() - began, TimeUnit.NANOSECONDS);
            }
        });
    }
}
