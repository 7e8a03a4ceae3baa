package org.perilune.eventbus;

import org.perilune.chassis.AmqpConfig;
import org.perilune.chassis.HttpConfig;
import org.perilune.chassis.PostgresConfig;
import org.perilune.chassis.Settings;
import org.perilune.contracts.Topology;

/** Where event-bus listens, what it keeps the log in, the broker, and whom it may call. */
public record EventBusConfig(HttpConfig http, PostgresConfig postgres, AmqpConfig amqp, CallbackPolicy callbacks) {
    private static final int POOL_SIZE = 12;

    /**
     * Reads {@code http.*}, {@code postgres.*}, {@code amqp.*}, {@code callbacks.*}.
     *
     * @param in the settings under {@code event-bus.}
     */
    public static EventBusConfig read(Settings in) {
        return new EventBusConfig(
                HttpConfig.read(in, Topology.EVENT_BUS.port()),
                PostgresConfig.read(in, POOL_SIZE),
                AmqpConfig.read(in),
                CallbackPolicy.read(in));
    }
}
