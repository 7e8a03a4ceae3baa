package org.perilune.comments;

import java.net.URI;
import org.perilune.chassis.http.HttpConfig;
import org.perilune.chassis.messaging.AmqpConfig;
import org.perilune.chassis.postgres.PostgresConfig;
import org.perilune.chassis.settings.Secret;
import org.perilune.chassis.settings.Settings;
import org.perilune.contracts.Topology;

/** Where comments listens, what it stores in, the broker, and whom it asks. */
public record CommentsConfig(
        HttpConfig http, PostgresConfig postgres, AmqpConfig amqp, Secret tokenSecret, URI crew, URI posts) {
    private static final int POOL_SIZE = 10;

    /**
     * Reads {@code http.*}, {@code postgres.*}, {@code amqp.*}, {@code token.secret}, {@code crew.url}, {@code posts.url}.
     *
     * @param in the settings under {@code comments.}
     */
    public static CommentsConfig read(Settings in) {
        return new CommentsConfig(
                HttpConfig.read(in, Topology.COMMENTS.port()),
                PostgresConfig.read(in, POOL_SIZE),
                AmqpConfig.read(in),
                in.secret("token.secret"),
                in.uri("crew.url", URI.create("http://127.0.0.1:" + Topology.CREW.port())),
                in.uri("posts.url", URI.create("http://127.0.0.1:" + Topology.POSTS.port())));
    }
}
