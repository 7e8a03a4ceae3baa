package org.perilune.status;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Properties;
import java.util.function.Consumer;
import org.perilune.chassis.http.Access;
import org.perilune.chassis.http.HttpService;
import org.perilune.chassis.http.Requests;
import org.perilune.chassis.runtime.Service;
import org.perilune.chassis.server.Main;
import org.perilune.chassis.server.ServiceDefinition;
import org.perilune.chassis.tls.TlsConfig;
import org.perilune.contracts.Topology;

/** Answers how everything is. Needs none of what it watches to be up, except crew's keys for tokens. */
public final class StatusService {
    /** How it is read and started. */
    public static final ServiceDefinition<StatusConfig> DEFINITION =
            new ServiceDefinition<>(Topology.STATUS, StatusConfig::read, StatusService::start);

    private static final int LOOKS_PER_SCRAPE = 3;

    private StatusService() {}

    /**
     * The service alone in its process.
     *
     * @param files of settings, the last one wins
     */
    public static void main(String... files) {
        Main.run(DEFINITION, files);
    }

    public static Service start(StatusConfig config, Clock clock) {
        return HttpService.start(Topology.STATUS, config.http(), clock, parts -> {
            var ingest = new Ingest();
            var events = new EventFlow();
            var stores = new ArrayList<Watch>();
            stores.add(parts.own(postgres(config)));
            stores.add(parts.own(Watch.start(
                    Topology.Store.REDIS.wireName(),
                    config.redis().host(),
                    config.redis().port(),
                    new RedisProbe(config.redis(), ingest::backlogs))));
            stores.add(parts.own(Watch.start(
                    Topology.Store.MQTT.wireName(),
                    config.mqtt().host(),
                    config.mqtt().port(),
                    new MqttProbe(config.mqtt()))));
            stores.add(parts.own(Watch.start(
                    Topology.Store.MONGODB.wireName(),
                    config.mongo().host(),
                    config.mongo().port(),
                    new MongoProbe(config.mongo()))));
            stores.add(parts.own(Watch.start(
                    Topology.Store.AMQP.wireName(),
                    config.amqp().host(),
                    config.amqp().port(),
                    new AmqpProbe(config.amqp()))));
            if (config.opensearch().enabled()) {
                stores.add(parts.own(Watch.start(
                        Topology.Store.OPENSEARCH.wireName(),
                        config.opensearch().host(),
                        config.opensearch().port(),
                        new OpenSearchProbe(config.opensearch()))));
            }
            var services = new ArrayList<Watch>();
            for (Topology.Service service : Topology.SERVICES) {
                services.add(parts.own(service(service, config, ingest, events)));
            }
            Instant began = clock.instant();
            var board = new Board(
                    services,
                    stores,
                    ingest,
                    events,
                    version(),
                    () -> Duration.between(began, clock.instant()).toSeconds());
            var traces = new Traces(parts, config);
            return javalin -> {
                javalin.routes.get(
                        "/status",
                        context -> {
                            Requests.onlyParameters(context, java.util.Set.of());
                            context.json(board.answer());
                        },
                        Access.VIEWER);
                javalin.routes.get(
                        "/traces", context -> context.json(traces.all(Requests.token(context))), Access.VIEWER);
            };
        });
    }

    private static Watch postgres(StatusConfig config) {
        URI address = URI.create(config.postgres().url().substring("jdbc:".length()));
        return Watch.start(
                Topology.Store.POSTGRESQL.wireName(),
                String.valueOf(address.getHost()),
                address.getPort() < 0 ? 5432 : address.getPort(),
                new PostgresProbe(config.postgres()));
    }

    private static Watch service(Topology.Service service, StatusConfig config, Ingest ingest, EventFlow events) {
        URI address = java.util.Objects.requireNonNull(config.services().get(service.name()));
        int standard = "https".equals(address.getScheme()) ? 443 : 80;
        int port = address.getPort() < 0 ? standard : address.getPort();
        TlsConfig tls = config.http().tls().calls();
        URI management = java.util.Objects.requireNonNull(config.management().get(service.name()));
        if (service.equals(Topology.STATUS)) {
            // It answers, so it is up; asking itself over the network would add nothing.
            return Watch.start(service.name(), address.getHost(), port, StatusService::self);
        }
        if (service.equals(Topology.TELEMETRY)) {
            // At every look, for the rate.
            Consumer<Figures> rate = figures -> ingest.telemetry(figures, System.nanoTime());
            Consumer<Figures> both = rate.andThen(figures -> events.service(service.name(), figures));
            return Watch.start(service.name(), address.getHost(), port, new ServiceProbe(management, tls, 1, both));
        }
        return Watch.start(
                service.name(),
                address.getHost(),
                port,
                new ServiceProbe(
                        management, tls, LOOKS_PER_SCRAPE, figures -> events.service(service.name(), figures)));
    }

    private static Finding self() {
        var runtime = ManagementFactory.getRuntimeMXBean();
        return Finding.works("Works", runtime.getUptime() / 1000, null);
    }

    private static String version() {
        try (InputStream in = StatusService.class.getResourceAsStream("version.properties")) {
            var properties = new Properties();
            if (in != null) {
                properties.load(in);
            }
            return properties.getProperty("version", "unknown");
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
