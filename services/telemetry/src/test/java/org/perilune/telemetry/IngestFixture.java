package org.perilune.telemetry;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.messaging.AmqpConfig;
import org.perilune.chassis.redis.Redis;
import org.perilune.chassis.redis.RedisConfig;
import org.perilune.chassis.runtime.Service;
import org.perilune.chassis.settings.Settings;
import org.perilune.contracts.Exchanges;
import org.perilune.contracts.Streams;
import org.perilune.contracts.Topology.Store;
import org.perilune.contracts.v1.Frame;
import org.perilune.contracts.v1.Telemetry;
import org.perilune.contracts.v1.Value;
import org.perilune.embedded.EmbeddedBackends;
import org.perilune.embedded.host.BackendsConfig;
import org.perilune.testkit.HeardEvents;
import org.postgresql.ds.PGSimpleDataSource;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Protocol;

/** Real backing servers, and what a test says to them. */
public final class IngestFixture implements AutoCloseable {
    public static final long NOON_MICROS = 1_800_000_000_000_000L;

    final EmbeddedBackends backends;
    public final Connection sql;
    public final Jedis redis;
    private final Map<String, String> settings;

    public IngestFixture(Path home) throws SQLException, IOException {
        backends = EmbeddedBackends.start(
                BackendsConfig.onFreePorts(
                        home,
                        List.of("telemetry", "crew", "lunar_module"),
                        Store.POSTGRESQL,
                        Store.REDIS,
                        Store.MQTT,
                        Store.AMQP),
                sentence -> {});
        settings = backends.settings();
        sql = connect();
        redis = new Jedis(
                new HostAndPort("127.0.0.1", backends.redisPort()),
                DefaultJedisClientConfig.builder()
                        .user("telemetry")
                        .password(secret("telemetry.redis.password-file"))
                        .build());
    }

    public Connection connect() throws SQLException, IOException {
        return DriverManager.getConnection(
                settings.get("telemetry.postgres.url"),
                settings.get("telemetry.postgres.user"),
                secret("telemetry.postgres.password-file"));
    }

    public PGSimpleDataSource dataSource() throws IOException {
        var source = new PGSimpleDataSource();
        source.setUrl(settings.get("telemetry.postgres.url"));
        source.setUser(settings.get("telemetry.postgres.user"));
        source.setPassword(secret("telemetry.postgres.password-file"));
        return source;
    }

    private String secret(String key) throws IOException {
        return Files.readString(Path.of(String.valueOf(settings.get(key))), UTF_8)
                .strip();
    }

    public Service service() {
        return service(Map.of());
    }

    /** @param more settings, without {@code telemetry.} */
    public Service service(Map<String, String> more) {
        var own = new HashMap<String, String>();
        settings.forEach((key, value) -> {
            if (key.startsWith("telemetry.")) {
                own.put(key, value);
            }
        });
        own.put("telemetry.http.port", "0");
        more.forEach((key, value) -> own.put("telemetry." + key, value));
        Settings in = Settings.of(own);
        TelemetryConfig config = TelemetryConfig.read(in.at("telemetry"));
        in.check();
        return TelemetryService.start(config, Clock.systemUTC());
    }

    /** What is published from now on. */
    public HeardEvents listen() throws Exception {
        AmqpConfig amqp = AmqpConfig.read(Settings.of(settings).at("telemetry"));
        return HeardEvents.listen(amqp, Set.of(Exchanges.EVERY_TYPE));
    }

    /** As the service has it. */
    public Redis openRedis() {
        return Redis.open(RedisConfig.read(Settings.of(settings).at("telemetry")));
    }

    public static Frame frame(long seq, long timeMicros) {
        return Frame.newBuilder()
                .setSeq(seq)
                .setTimeMicros(timeMicros)
                .setStatus("nominal")
                .addValues(Value.newBuilder().setName("altitude").setNumber((double) (100 + seq)))
                .build();
    }

    public void send(String device, long epoch, Frame... frames) {
        send(
                device,
                Telemetry.newBuilder()
                        .setEpoch(epoch)
                        .addAllFrames(List.of(frames))
                        .build()
                        .toByteArray(),
                null);
    }

    public void send(String device, byte[] payload, @Nullable String traceparent) {
        add(Streams.telemetry(Streams.partitionOf(device)), device, payload, traceparent);
    }

    public void add(String stream, String device, byte[] payload, @Nullable String traceparent) {
        add(stream, device, payload, traceparent, NOON_MICROS);
    }

    /** As the router wrote it when it had received it. */
    public void add(String stream, String device, byte[] payload, @Nullable String traceparent, long receivedMicros) {
        var arguments = new ArrayList<byte[]>();
        arguments.add(stream.getBytes(UTF_8));
        arguments.add("*".getBytes(UTF_8));
        arguments.add(Streams.Field.DEVICE.getBytes(UTF_8));
        arguments.add(device.getBytes(UTF_8));
        arguments.add(Streams.Field.PAYLOAD.getBytes(UTF_8));
        arguments.add(payload);
        arguments.add(Streams.Field.RECEIVED.getBytes(UTF_8));
        arguments.add(Long.toString(receivedMicros).getBytes(UTF_8));
        if (traceparent != null) {
            arguments.add(Streams.Field.TRACE.getBytes(UTF_8));
            arguments.add(traceparent.getBytes(UTF_8));
        }
        redis.sendCommand(Protocol.Command.XADD, arguments.toArray(byte[][]::new));
    }

    /** -1 where there is no row. */
    public long count(String question) throws SQLException {
        try (var statement = sql.createStatement();
                var result = statement.executeQuery(question)) {
            return result.next() ? result.getLong(1) : -1;
        }
    }

    public void run(String statementText) throws SQLException {
        try (var statement = sql.createStatement()) {
            statement.execute(statementText);
        }
    }

    @Override
    public void close() throws SQLException {
        redis.close();
        sql.close();
        backends.close();
    }
}
