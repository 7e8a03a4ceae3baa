package org.perilune.chassis.http;

import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import io.javalin.json.JavalinJackson;
import io.javalin.util.JavalinException;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.eclipse.jetty.server.AbstractConnector;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.perilune.chassis.client.ServiceClient;
import org.perilune.chassis.json.Json;
import org.perilune.chassis.runtime.Draining;
import org.perilune.chassis.runtime.Health;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.chassis.tracing.Tracing;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A service's HTTP: probes and metrics, tokens checked on everything that is not {@link Access#OPEN}, failures answered
 * as problems, bounds on sizes, requests measured. Routes without an {@link Access} are refused.
 */
public final class HttpListener implements Draining {
    /** Bodies over this are answered with 413. */
    public static final int MAX_BODY_BYTES = 1024 * 1024;

    /** The same on {@link Access#OPEN} routes, which anybody may send to. */
    public static final int MAX_OPEN_BODY_BYTES = 16 * 1024;

    /** On requests whose duration says nothing. */
    static final String LASTS = "perilune.lasts";

    private static final String BEGAN = "perilune.began";
    /** Within a request. */
    private static final long IDLE_MILLIS = 30_000;

    /**
     * How long connections without a request are kept. Longer than {@link ServiceClient} keeps them: else a request
     * could meet a connection that is just being closed.
     */
    private static final Duration KEEP_ALIVE = ServiceClient.KEEP_ALIVE.plusSeconds(10);

    /** What durations of requests are counted by. */
    private static final Duration[] BUCKETS = {
        Duration.ofMillis(5),
        Duration.ofMillis(25),
        Duration.ofMillis(100),
        Duration.ofMillis(250),
        Duration.ofSeconds(1),
        Duration.ofMillis(2_500),
        Duration.ofSeconds(10)
    };

    private static final long SHUTDOWN_IDLE_MILLIS = 100;
    private static final Logger LOG = LoggerFactory.getLogger(HttpListener.class);

    private final Javalin server;
    private final Health health;
    private final Probes probes;

    private HttpListener(Javalin server, Health health, Probes probes) {
        this.server = server;
        this.health = health;
        this.probes = probes;
    }

    /** Without tracing. */
    public static HttpListener open(
            HttpConfig config,
            String service,
            Health health,
            PrometheusMeterRegistry meters,
            Authenticator authenticator,
            Consumer<JavalinConfig> routes) {
        return open(config, service, health, meters, Tracing.OFF, authenticator, routes);
    }

    /**
     * Listens, and from then on the service counts as started.
     *
     * @param service the service's name, for metrics
     * @param tracing records requests; is closed by the caller
     * @param routes adds routes with {@code config.routes.get(path, handler, Access.VIEWER)}, and static files
     * @throws IllegalStateException naming host and port if they are taken
     */
    public static HttpListener open(
            HttpConfig config,
            String service,
            Health health,
            PrometheusMeterRegistry meters,
            Tracing tracing,
            Authenticator authenticator,
            Consumer<JavalinConfig> routes) {
        var probes = new Probes(config, health, meters);
        var admission = new Admission(config, authenticator, meters);
        Javalin server = Javalin.create(javalin -> {
            basics(javalin, config, meters);
            javalin.routes.before(HttpListener::harden);
            probes.addTo(javalin);
            measure(javalin, service, meters);
            new RequestTracing(tracing).addTo(javalin);
            admission.addTo(javalin);
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
        connectors(server).forEach(connector -> connector.setIdleTimeout(KEEP_ALIVE.toMillis()));
        health.started();
        return new HttpListener(server, health, probes);
    }

    public int port() {
        return server.port();
    }

    /** Where probes and metrics are; {@link #port} unless they have a port of their own. */
    public int managementPort() {
        return probes.port().orElse(port());
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
        return Admission.principal(context);
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

    private static void basics(JavalinConfig javalin, HttpConfig config, MeterRegistry meters) {
        javalin.startup.showJavalinBanner = false;
        javalin.startup.showOldJavalinVersionWarning = false;
        javalin.concurrency.useVirtualThreads = true;
        javalin.http.maxRequestSize = MAX_BODY_BYTES;
        javalin.http.prefer405over404 = true;
        javalin.http.defaultContentType = "application/json";
        javalin.jsonMapper(new JavalinJackson(Json.mapper(), true));
        javalin.jetty.addConnector((server, http) -> {
            ServerConnector connector = Connectors.of(server, http, config);
            Connectors.limit(connector, config.limits().connections(), meters);
            return connector;
        });
        javalin.jetty.modifyServer((Server server) -> {
            server.setStopTimeout(config.drain().toMillis());
            server.setHandler(new RequestBodies(config.limits(), meters));
        });
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

    private static void measure(JavalinConfig javalin, String service, PrometheusMeterRegistry meters) {
        javalin.routes.before(context -> context.attribute(BEGAN, System.nanoTime()));
        javalin.routes.after(context -> {
            Long began = context.attribute(BEGAN);
            if (began == null) {
                return;
            }
            Tags tags = Tags.of(
                    "service",
                    service,
                    "method",
                    context.method().name(),
                    "route",
                    RequestTracing.route(context),
                    "status",
                    context.statusCode() / 100 + "xx");
            if (context.attribute(LASTS) != null) {
                meters.counter("http.server.streams", tags).increment();
                return;
            }
            Timer.builder("http.server.requests")
                    .tags(tags)
                    .serviceLevelObjectives(BUCKETS)
                    .register(meters)
                    .record(System.nanoTime() - began, TimeUnit.NANOSECONDS);
        });
    }
}
