package org.perilune.telemetry;

import java.time.Duration;
import org.perilune.chassis.AmqpConfig;
import org.perilune.chassis.HttpConfig;
import org.perilune.chassis.MqttConfig;
import org.perilune.chassis.PostgresConfig;
import org.perilune.chassis.RedisConfig;
import org.perilune.chassis.Settings;
import org.perilune.contracts.Topology;

/**
 * Where telemetry listens, reads and stores.
 *
 * @param writers connections that store side by side; each holds one of the pool for good
 * @param rejectsKept how many rejects at most; older ones go
 * @param rejectsAge how long a reject is kept at most
 */
public record TelemetryConfig(
        HttpConfig http,
        PostgresConfig postgres,
        RedisConfig redis,
        MqttConfig mqtt,
        AmqpConfig amqp,
        int writers,
        int rejectsKept,
        Duration rejectsAge) {
    private static final int POOL_SIZE = 12;
    private static final int SPARE_CONNECTIONS = 3;

    /**
     * Reads {@code http.*}, {@code postgres.*}, {@code redis.*}, {@code mqtt.*}, {@code amqp.*}, {@code
     * ingest.writers}, {@code rejects.keep} (a number), {@code rejects.days}.
     *
     * @param in the settings under {@code telemetry.}
     */
    public static TelemetryConfig read(Settings in) {
        var config = new TelemetryConfig(
                HttpConfig.read(in, Topology.TELEMETRY.port()),
                PostgresConfig.read(in, POOL_SIZE),
                RedisConfig.read(in),
                MqttConfig.read(in),
                AmqpConfig.read(in),
                in.integer("ingest.writers", 2, 1, 4),
                in.integer("rejects.keep", 100_000, 100, 10_000_000),
                Duration.ofDays(in.integer("rejects.days", 30, 1, 3_650)));
        if (config.postgres().poolSize() < config.writers() + SPARE_CONNECTIONS) {
            in.fault("postgres.pool-size", "must be at least ingest.writers + " + SPARE_CONNECTIONS);
        }
        return config;
    }
}
