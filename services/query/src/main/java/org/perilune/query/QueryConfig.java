package org.perilune.query;

import java.net.URI;
import java.time.Duration;
import org.perilune.chassis.http.HttpConfig;
import org.perilune.chassis.messaging.AmqpConfig;
import org.perilune.chassis.opensearch.OpenSearchConfig;
import org.perilune.chassis.postgres.PostgresConfig;
import org.perilune.chassis.settings.Secret;
import org.perilune.chassis.settings.Settings;
import org.perilune.contracts.Topology;

/** Where query listens, what it stores in, the broker, and whom it asks. */
public record QueryConfig(
        HttpConfig http,
        PostgresConfig postgres,
        AmqpConfig amqp,
        OpenSearchConfig opensearch,
        Secret tokenSecret,
        URI crew,
        URI eventBus,
        int pageCacheBytes,
        Duration activitiesKept) {
    private static final int POOL_SIZE = 10;
    /** A page of 20 entries with ten comments each takes about 100 kB. */
    private static final int PAGE_CACHE_MEGABYTES = 16;

    private static final int MEGABYTE = 1024 * 1024;

    /**
     * Reads {@code http.*}, {@code postgres.*}, {@code amqp.*}, {@code opensearch.*}, {@code token.secret}, {@code crew.url}, {@code event-bus.url},
     * {@code pages.cache-megabytes}, {@code activity.kept}.
     *
     * @param in the settings under {@code query.}
     */
    public static QueryConfig read(Settings in) {
        return new QueryConfig(
                HttpConfig.read(in, Topology.QUERY.port()),
                PostgresConfig.read(in, POOL_SIZE),
                AmqpConfig.read(in),
                OpenSearchConfig.read(in),
                in.secret("token.secret"),
                in.uri("crew.url", URI.create("http://127.0.0.1:" + Topology.CREW.port())),
                in.uri("event-bus.url", URI.create("http://127.0.0.1:" + Topology.EVENT_BUS.port())),
                in.integer("pages.cache-megabytes", PAGE_CACHE_MEGABYTES, 1, 1023) * MEGABYTE,
                in.duration("activity.kept", Duration.ofDays(365)));
    }
}
