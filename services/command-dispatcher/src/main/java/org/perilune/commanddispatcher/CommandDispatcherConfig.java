package org.perilune.commanddispatcher;

import java.net.URI;
import org.perilune.chassis.http.HttpConfig;
import org.perilune.chassis.messaging.AmqpConfig;
import org.perilune.chassis.mqtt.MqttConfig;
import org.perilune.chassis.postgres.PostgresConfig;
import org.perilune.chassis.redis.RedisConfig;
import org.perilune.chassis.runtime.DatabaseClockConfig;
import org.perilune.chassis.settings.Secret;
import org.perilune.chassis.settings.Settings;
import org.perilune.contracts.Topology;

/**
 * Where command-dispatcher listens, what it stores in, and whom it asks.
 *
 * @param clock when the time of the PostgreSQL server counts
 * @param tokenSecret by which crew knows this service
 * @param crew gives the token for telemetry
 * @param telemetry knows the devices, and shows what commands came to
 */
public record CommandDispatcherConfig(
        HttpConfig http,
        PostgresConfig postgres,
        RedisConfig redis,
        MqttConfig mqtt,
        AmqpConfig amqp,
        DatabaseClockConfig clock,
        Secret tokenSecret,
        URI crew,
        URI telemetry) {
    private static final int POOL_SIZE = 12;

    /**
     * Reads {@code http.*}, {@code postgres.*}, {@code redis.*}, {@code mqtt.*}, {@code amqp.*}, {@code
     * clock.*}, {@code token.secret} (or {@code token.secret-file}), {@code crew.url}, {@code telemetry.url}.
     *
     * @param in the settings under {@code command-dispatcher.}
     */
    public static CommandDispatcherConfig read(Settings in) {
        return new CommandDispatcherConfig(
                HttpConfig.read(in, Topology.COMMAND_DISPATCHER.port()),
                PostgresConfig.read(in, POOL_SIZE),
                RedisConfig.read(in),
                MqttConfig.read(in),
                AmqpConfig.read(in),
                DatabaseClockConfig.read(in),
                in.secret("token.secret"),
                in.uri("crew.url", URI.create("http://127.0.0.1:" + Topology.CREW.port())),
                in.uri("telemetry.url", URI.create("http://127.0.0.1:" + Topology.TELEMETRY.port())));
    }
}
