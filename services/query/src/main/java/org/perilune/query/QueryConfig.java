package org.perilune.query;

import java.net.URI;
import org.perilune.chassis.AmqpConfig;
import org.perilune.chassis.HttpConfig;
import org.perilune.chassis.OpenSearchConfig;
import org.perilune.chassis.PostgresConfig;
import org.perilune.chassis.Secret;
import org.perilune.chassis.Settings;
import org.perilune.contracts.Topology;

/** Where query listens, what it stores in, the broker, and whom it asks. */
public record QueryConfig(
        HttpConfig http,
        PostgresConfig postgres,
        AmqpConfig amqp,
        OpenSearchConfig opensearch,
        Secret tokenSecret,
        URI crew,
        URI eventBus) {
    private static final int POOL_SIZE = 10;

    /**
     * Reads {@code http.*}, {@code postgres.*}, {@code amqp.*}, {@code opensearch.*}, {@code token.secret}, {@code crew.url},
     * {@code event-bus.url}.
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
                in.uri("event-bus.url", URI.create("http://127.0.0.1:" + Topology.EVENT_BUS.port())));
    }
}
