package org.perilune.moderation;

import org.perilune.chassis.http.HttpConfig;
import org.perilune.chassis.messaging.AmqpConfig;
import org.perilune.chassis.postgres.PostgresConfig;
import org.perilune.chassis.settings.Settings;
import org.perilune.contracts.Topology;

/** Where moderation listens, what it stores in, the broker, and whom it asks. */
public record ModerationConfig(HttpConfig http, PostgresConfig postgres, AmqpConfig amqp) {
    private static final int POOL_SIZE = 10;

    /**
     * Reads {@code http.*}, {@code postgres.*}, {@code amqp.*}.
     *
     * @param in the settings under {@code moderation.}
     */
    public static ModerationConfig read(Settings in) {
        return new ModerationConfig(
                HttpConfig.read(in, Topology.MODERATION.port()),
                PostgresConfig.read(in, POOL_SIZE),
                AmqpConfig.read(in));
    }
}
