package org.perilune.commanddispatcher.uplink;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.http.ServiceTokens;
import org.perilune.chassis.messaging.Outbox;
import org.perilune.chassis.postgres.NotificationListener;
import org.perilune.chassis.postgres.Postgres;
import org.perilune.chassis.postgres.SqlTimes;
import org.perilune.chassis.redis.Redis;
import org.perilune.chassis.runtime.DatabaseClock;
import org.perilune.chassis.runtime.Health;
import org.perilune.chassis.runtime.Ids;
import org.perilune.chassis.runtime.Meters;
import org.perilune.chassis.runtime.Resources;
import org.perilune.chassis.settings.Settings;
import org.perilune.commanddispatcher.CommandDispatcherConfig;
import org.perilune.commanddispatcher.FakeDevice;
import org.perilune.commanddispatcher.FakeTelemetry;
import org.perilune.commanddispatcher.MovableClock;
import org.perilune.commanddispatcher.lifecycle.CommandState;
import org.perilune.commanddispatcher.lifecycle.CommandStore;
import org.perilune.commanddispatcher.verify.FakeRouter;
import org.perilune.contracts.Topology.Store;
import org.perilune.embedded.EmbeddedBackends;
import org.perilune.embedded.host.BackendsConfig;
import org.perilune.embedded.host.ServerState;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;

/** Real backing servers, a router, telemetry as a test likes it, and what a test asks of the database. */
public final class UplinkFixture implements AutoCloseable {
    public static final Duration LIMIT = Duration.ofSeconds(20);

    final EmbeddedBackends backends;
    public final MovableClock clock = new MovableClock();
    public final FakeTelemetry telemetry = new FakeTelemetry();
    /** Where it is there, copies take their time from their database, and {@link #clock} counts for nothing. */
    @Nullable
    ClockStep step;

    public final Jedis redis;
    private final Map<String, String> settings;
    private final Resources owned = new Resources();

    /** How far the database's clock is ahead. */
    static final class ClockStep {
        volatile Duration ahead = Duration.ZERO;
        final AtomicLong looks = new AtomicLong();

        Supplier<Instant> of(Postgres postgres) {
            Supplier<Instant> server = SqlTimes.ofDatabase(postgres.jdbi());
            return () -> {
                Instant told = server.get().plus(ahead);
                looks.incrementAndGet();
                return told;
            };
        }

        /** Sets it, and returns when that was surely noticed. */
        void set(Duration to) {
            ahead = to;
            long before = looks.get();
            await().atMost(LIMIT).until(() -> looks.get() > before + 1);
        }
    }

    public UplinkFixture(Path home) throws IOException {
        backends = owned.add(EmbeddedBackends.start(
                BackendsConfig.onFreePorts(
                        home, List.of("command_dispatcher"), Store.POSTGRESQL, Store.REDIS, Store.MQTT, Store.AMQP),
                sentence -> {}));
        owned.add(telemetry);
        settings = backends.settings();
        redis = owned.add(jedis());
        backends.onPublish(owned.add(new FakeRouter(this::jedis)));
    }

    private Jedis jedis() {
        return new Jedis(
                new HostAndPort("127.0.0.1", backends.redisPort()),
                DefaultJedisClientConfig.builder()
                        .user("batch-router")
                        .password(secret("batch-router.redis.password-file"))
                        .autoNegotiateProtocol(false)
                        .build());
    }

    private String secret(String key) {
        try {
            return Files.readString(Path.of(String.valueOf(settings.get(key))), UTF_8)
                    .strip();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** One copy of what is under test. */
    public record Copy(Uplink uplink, Health health, Resources resources) implements AutoCloseable {
        @Override
        public void close() {
            resources.close();
        }
    }

    public Copy copy() {
        return copy(backends.mqttPort());
    }

    public Copy copy(int mqttPort) {
        var own = new HashMap<String, String>();
        settings.forEach((key, value) -> {
            if (key.startsWith("command-dispatcher.")) {
                own.put(key, value);
            }
        });
        own.put("command-dispatcher.http.port", "0");
        own.put("command-dispatcher.mqtt.port", Integer.toString(mqttPort));
        own.put("command-dispatcher.token.secret", "secret of the test");
        own.put("command-dispatcher.crew.url", telemetry.address());
        own.put("command-dispatcher.telemetry.url", telemetry.address());
        Settings in = Settings.of(own);
        CommandDispatcherConfig config = CommandDispatcherConfig.read(in.at("command-dispatcher"));
        in.check();
        var resources = new Resources();
        var health = new Health();
        var meters = Meters.open();
        Postgres postgres = resources.add(
                Postgres.open(config.postgres(), List.of("db/command-dispatcher", Outbox.SCHEMA), meters));
        Redis connection = resources.add(Redis.open(config.redis()));
        ServiceTokens tokens =
                resources.add(ServiceTokens.open("command-dispatcher", config.tokenSecret(), config.crew(), clock));
        NotificationListener changes =
                resources.add(NotificationListener.open(config.postgres(), CommandStore.CHANGED));
        DatabaseClock time = resources.add(
                step == null
                        ? DatabaseClock.of(clock)
                        : DatabaseClock.follow("test", step.of(postgres), clock, config.clock(), meters));
        Uplink uplink = resources.add(Uplink.start(
                config.mqtt(),
                config.telemetry(),
                config.http().tls().calls(),
                postgres,
                connection,
                tokens,
                changes,
                health,
                meters,
                time));
        health.started();
        return new Copy(uplink, health, resources);
    }

    public FakeDevice device(
            String name, java.util.function.BiConsumer<FakeDevice, org.perilune.contracts.v1.Command> does) {
        return FakeDevice.connect(backends, name, backends.devices().enrol(name), does);
    }

    public UUID insert(String device, Duration expiresIn) throws Exception {
        return insert(device, expiresIn, 1, null).getFirst();
    }

    /** As intake would. */
    public List<UUID> insert(String device, Duration expiresIn, int number, @Nullable String verification)
            throws Exception {
        var ids = new ArrayList<UUID>();
        try (Connection connection = connect();
                var statement = connection.prepareStatement("""
                        insert into command (id, device, device_type, dictionary_version, command_type, parameters,
                            significance, repeatable, requested_by, principal, request_hash, requested_at, expires_at,
                            traceparent, state, verification, next_attempt_at, changed_at)
                        values (?, ?, 'rover', 1, 'TURN', '{"angle": 12.0, "times": 2, "word": "left", "slow": true}',
                            'normal', false, 'ada', 'ada', '', ?, ?,
                            '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', 'accepted', ?::jsonb, ?, ?)
                        """)) {
            connection.setAutoCommit(false);
            var now = clock.instant();
            for (int index = 0; index < number; index++) {
                UUID id = Ids.next(clock);
                ids.add(id);
                statement.setObject(1, id);
                statement.setString(2, device);
                statement.setObject(3, SqlTimes.of(now.plusNanos(index * 1_000L)));
                statement.setObject(4, SqlTimes.of(now.plus(expiresIn)));
                statement.setString(5, verification);
                statement.setObject(6, SqlTimes.of(now));
                statement.setObject(7, SqlTimes.of(now));
                statement.addBatch();
            }
            statement.executeBatch();
            connection.commit();
        }
        return ids;
    }

    public Connection connect() throws SQLException {
        return DriverManager.getConnection(
                settings.get("command-dispatcher.postgres.url"),
                settings.get("command-dispatcher.postgres.user"),
                secret("command-dispatcher.postgres.password-file"));
    }

    public String text(String question) throws SQLException {
        try (Connection connection = connect();
                var statement = connection.createStatement();
                var result = statement.executeQuery(question)) {
            return result.next() ? String.valueOf(result.getString(1)) : "";
        }
    }

    public void run(String statementText) throws SQLException {
        try (Connection connection = connect();
                var statement = connection.createStatement()) {
            statement.execute(statementText);
        }
    }

    public String state(UUID command) throws SQLException {
        return text("select state from command where id = '" + command + "'");
    }

    public void awaitState(UUID command, CommandState state) {
        await().atMost(LIMIT)
                .pollInterval(Duration.ofMillis(20))
                .ignoreExceptionsInstanceOf(SQLException.class)
                .until(() -> state(command), state.wireName()::equals);
    }

    public void awaitAllCompleted(String device, int number) {
        await().atMost(LIMIT.multipliedBy(3))
                .pollInterval(Duration.ofMillis(100))
                .ignoreExceptionsInstanceOf(SQLException.class)
                .until(
                        () -> text(
                                "select count(*) from command where state = 'completed' and device = '" + device + "'"),
                        Integer.toString(number)::equals);
    }

    /** Stages in their order, with a '+' after what came late. */
    public String history(UUID command) throws SQLException {
        return text("select string_agg(stage || case when late then '+' else '' end, ' ' order by id)"
                + " from command_history where command_id = '" + command + "'");
    }

    void kill(String server) {
        long pid = backends.servers().stream()
                .filter(state -> state.name().equals(server))
                .mapToLong(ServerState::pid)
                .findFirst()
                .orElseThrow();
        ProcessHandle.of(pid).orElseThrow().destroyForcibly();
    }

    @Override
    public void close() {
        owned.close();
    }
}
