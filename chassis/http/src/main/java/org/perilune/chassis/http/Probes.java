package org.perilune.chassis.http;

import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.ServerConnector;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.runtime.Health;
import org.perilune.chassis.runtime.ServiceException;

/**
 * Probes and metrics: beside everything else, or at a management port of their own, which is then all that is there.
 */
final class Probes {
    static final Set<String> PATHS = Set.of("/health", "/started", "/ready", "/metrics");

    private final HttpConfig config;
    private final Health health;
    private final PrometheusMeterRegistry meters;
    private volatile @Nullable ServerConnector management;

    Probes(HttpConfig config, Health health, PrometheusMeterRegistry meters) {
        this.config = config;
        this.health = health;
        this.meters = meters;
    }

    void addTo(JavalinConfig javalin) {
        config.managementPort().ifPresent(port -> {
            javalin.jetty.addConnector((server, http) -> {
                ServerConnector connector = Connectors.of(server, config.host(), port, new HttpConnectionFactory(http));
                management = connector;
                return connector;
            });
            javalin.routes.before(this::keepApart);
        });
        javalin.routes.get("/health", context -> context.json(new Health.Report("up", List.of())), Access.OPEN);
        javalin.routes.get("/started", context -> context.status(health.isStarted() ? 200 : 503), Access.OPEN);
        javalin.routes.get("/ready", this::ready, Access.OPEN);
        javalin.routes.get(
                "/metrics",
                context -> context.contentType("text/plain; version=0.0.4; charset=utf-8")
                        .result(meters.scrape()),
                Access.OPEN);
    }

    OptionalInt port() {
        return Stream.ofNullable(management)
                .mapToInt(ServerConnector::getLocalPort)
                .findFirst();
    }

    private void keepApart(Context context) {
        boolean isHere = context.req().getLocalPort() == port().orElse(0);
        if (isHere != PATHS.contains(context.path())) {
            throw new ServiceException.NotFound("There is nothing of that name at this port");
        }
    }

    private void ready(Context context) {
        Health.Report report = health.report();
        context.status(report.status().equals("up") ? 200 : 503).json(report);
    }
}
