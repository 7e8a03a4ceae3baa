package org.perilune.eventbus;

import java.time.Duration;
import org.perilune.chassis.http.HttpConfig;
import org.perilune.chassis.messaging.AmqpConfig;
import org.perilune.chassis.postgres.PostgresConfig;
import org.perilune.chassis.settings.Settings;
import org.perilune.contracts.Topology;
import org.perilune.eventbus.callback.CallbackPolicy;

/**
 * Where event-bus listens, what it keeps the log in, the broker, and whom it may call.
 *
 * @param kept how long events stay in the log but for those of the flight log, and closed dead letters
 */
public record EventBusConfig(
        HttpConfig http, PostgresConfig postgres, AmqpConfig amqp, CallbackPolicy callbacks, Duration kept) {
    private static final int POOL_SIZE = 12;
    private static final Duration RETENTION = Duration.ofDays(365);
    /** A rebuild of the flight log looks for the last day's changes in the log. */
    private static final Duration LEAST_KEPT = Duration.ofDays(2);

    /**
     * Reads {@code http.*}, {@code postgres.*}, {@code amqp.*}, {@code callbacks.*}, {@code log.kept}.
     *
     * @param in the settings under {@code event-bus.}
     */
    public static EventBusConfig read(Settings in) {
        return new EventBusConfig(
                HttpConfig.read(in, Topology.EVENT_BUS.port()),
                PostgresConfig.read(in, POOL_SIZE),
                AmqpConfig.read(in),
                CallbackPolicy.read(in),
                kept(in));
    }

    private static Duration kept(Settings in) {
        Duration kept = in.duration("log.kept", RETENTION);
        if (kept.compareTo(LEAST_KEPT) < 0) {
            in.fault("log.kept", "must be 2d or more: the flight log is built anew from it");
        }
        return kept;
    }
}
