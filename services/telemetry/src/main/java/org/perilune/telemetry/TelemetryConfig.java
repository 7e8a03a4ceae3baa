package org.perilune.telemetry;

import java.time.Duration;
import org.perilune.chassis.http.HttpConfig;
import org.perilune.chassis.messaging.AmqpConfig;
import org.perilune.chassis.mqtt.MqttConfig;
import org.perilune.chassis.postgres.PostgresConfig;
import org.perilune.chassis.redis.RedisConfig;
import org.perilune.chassis.settings.Settings;
import org.perilune.contracts.Topology;
import org.perilune.telemetry.ingest.IngestLimits;
import org.perilune.telemetry.query.Exports;
import org.perilune.telemetry.store.ClockTolerance;

/**
 * Where telemetry listens, reads and stores.
 *
 * @param writers connections that store side by side; each holds one of the pool for good
 * @param rejectsKept how many rejects at most; older ones go
 * @param rejectsBytes of their payloads, at most
 * @param rejectsAge how long a reject is kept at most
 * @param streams bounds of what is read, and left in Redis
 * @param epochsKept epochs of each device whose progress is kept although nothing is missing
 * @param clocks how far devices' clocks may be off
 * @param readingPoolSize connections for answering, beside those of the ingest
 * @param exports how many CSVs at once
 */
public record TelemetryConfig(
        HttpConfig http,
        PostgresConfig postgres,
        RedisConfig redis,
        MqttConfig mqtt,
        AmqpConfig amqp,
        int writers,
        int rejectsKept,
        long rejectsBytes,
        Duration rejectsAge,
        IngestLimits streams,
        int epochsKept,
        ClockTolerance clocks,
        int readingPoolSize,
        Exports.Bounds exports) {
    private static final int POOL_SIZE = 8;
    private static final int SPARE_CONNECTIONS = 3;
    private static final int MEGABYTE = 1 << 20;

    /**
     * Reads {@code http.*}, {@code postgres.*}, {@code redis.*}, {@code mqtt.*}, {@code amqp.*}, {@code
     * ingest.writers}, {@code rejects.keep} (a number), {@code rejects.megabytes}, {@code rejects.days}, {@code
     * streams.batch-megabytes}, {@code streams.keep-megabytes}, {@code streams.short-of-memory} (a part, 0 to 1), {@code
     * epochs.new-a-minute}, {@code epochs.keep}, {@code clocks.ahead}, {@code clocks.behind},
     * {@code reading.pool-size}, {@code exports.at-once}, {@code exports.stall}.
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
                (long) in.integer("rejects.megabytes", 1_024, 1, 1_000_000) * MEGABYTE,
                Duration.ofDays(in.integer("rejects.days", 30, 1, 3_650)),
                IngestLimits.read(in),
                in.integer("epochs.keep", 1_000, 10, 1_000_000),
                ClockTolerance.read(in),
                in.integer("reading.pool-size", 6, 2, 100),
                new Exports.Bounds(
                        in.integer("exports.at-once", 8, 1, 1_000),
                        in.duration("exports.stall", Duration.ofSeconds(30))));
        if (config.postgres().poolSize() < config.writers() + SPARE_CONNECTIONS) {
            in.fault("postgres.pool-size", "must be at least ingest.writers + " + SPARE_CONNECTIONS);
        }
        return config;
    }
}
