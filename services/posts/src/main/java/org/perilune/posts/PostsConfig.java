package org.perilune.posts;

import java.net.URI;
import org.perilune.chassis.http.HttpConfig;
import org.perilune.chassis.messaging.AmqpConfig;
import org.perilune.chassis.postgres.PostgresConfig;
import org.perilune.chassis.settings.Secret;
import org.perilune.chassis.settings.Settings;
import org.perilune.contracts.Topology;

/** Where posts listens, what it stores in, the broker, and whom it asks. */
public record PostsConfig(
        HttpConfig http,
        PostgresConfig postgres,
        AmqpConfig amqp,
        Secret tokenSecret,
        URI crew,
        URI telemetry,
        URI commandDispatcher) {
    private static final int POOL_SIZE = 10;

    /**
     * Reads {@code http.*}, {@code postgres.*}, {@code amqp.*}, {@code token.secret}, {@code crew.url}, {@code telemetry.url}, {@code command-dispatcher.url}.
     *
     * @param in the settings under {@code posts.}
     */
    public static PostsConfig read(Settings in) {
        return new PostsConfig(
                HttpConfig.read(in, Topology.POSTS.port()),
                PostgresConfig.read(in, POOL_SIZE),
                AmqpConfig.read(in),
                in.secret("token.secret"),
                in.uri("crew.url", URI.create("http://127.0.0.1:" + Topology.CREW.port())),
                in.uri("telemetry.url", URI.create("http://127.0.0.1:" + Topology.TELEMETRY.port())),
                in.uri("command-dispatcher.url", URI.create("http://127.0.0.1:" + Topology.COMMAND_DISPATCHER.port())));
    }
}
