package org.perilune.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.perilune.contracts.Topology.Store;
import org.perilune.embedded.host.BackendsConfig;
import org.perilune.embedded.host.BackendsException;
import org.perilune.embedded.host.BackendsProcess;
import org.perilune.embedded.host.ServerState;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisDataException;

class EmbeddedBackendsTest {
    private static final List<String> DATABASES = List.of("crew", "telemetry");
    private static final Duration LIMIT = Duration.ofSeconds(20);

    @TempDir
    Path home;

    private EmbeddedBackends start() {
        return EmbeddedBackends.start(config(), sentence -> {});
    }

    private BackendsConfig config() {
        return BackendsConfig.onFreePorts(home, DATABASES);
    }

    private static Connection postgres(EmbeddedBackends backends, String service) throws SQLException, IOException {
        Map<String, String> settings = backends.settings();
        return DriverManager.getConnection(
                settings.get(service + ".postgres.url"),
                settings.get(service + ".postgres.user"),
                secret(settings.get(service + ".postgres.password-file")));
    }

    private static Jedis redis(EmbeddedBackends backends, String user, Path secret) throws IOException {
        return new Jedis(
                new HostAndPort("127.0.0.1", backends.redisPort()),
                DefaultJedisClientConfig.builder()
                        .user(user)
                        .password(secret(secret.toString()))
                        .build());
    }

    private Jedis redis(EmbeddedBackends backends) throws IOException {
        return redis(backends, "telemetry", home.resolve("secrets/telemetry.redis"));
    }

    private static String secret(@Nullable String file) throws IOException {
        return Files.readString(Path.of(Objects.requireNonNull(file)), UTF_8);
    }

    private static String ask(Connection connection, String question) throws SQLException {
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery(question)) {
            assertThat(rows.next()).isTrue();
            return rows.getString(1);
        }
    }

    private static void run(Connection connection, String... statements) throws SQLException {
        try (var statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    private static ServerState server(EmbeddedBackends backends, String name) {
        return backends.servers().stream()
                .filter(state -> state.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void servesDurablyAndKeepsServicesApart() throws Exception {
        var sentences = new CopyOnWriteArrayList<String>();
        try (var backends = EmbeddedBackends.start(config(), sentences::add)) {
            assertThat(sentences)
                    .contains(
                            "PostgreSQL is up on 127.0.0.1:" + backends.postgresPort(),
                            "Redis is up on 127.0.0.1:" + backends.redisPort(),
                            "The MongoDB server is up on 127.0.0.1:" + backends.mongoPort(),
                            "The MQTT broker is up on 127.0.0.1:" + backends.mqttPort());
            assertThat(backends.servers())
                    .filteredOn(server -> !server.name().equals("OpenSearch")) // is started when it is asked for
                    .hasSize(5)
                    .allMatch(ServerState::up)
                    .allMatch(state -> state.pid() > 0);
            try (var database = postgres(backends, "telemetry")) {
                for (String setting : List.of("fsync", "synchronous_commit", "full_page_writes")) {
                    assertThat(ask(database, "show " + setting)).isEqualTo("on");
                }
                assertThat(ask(database, "show password_encryption")).isEqualTo("scram-sha-256");
                assertThat(ask(database, "show listen_addresses")).isEqualTo("127.0.0.1");
                assertThat(ask(database, "show server_version")).startsWith("18.");
                run(database, "create table t (x int)");
            }
            Map<String, String> settings = backends.settings();
            assertThatThrownBy(() -> DriverManager.getConnection(
                            settings.get("crew.postgres.url"),
                            "telemetry",
                            secret(settings.get("telemetry.postgres.password-file"))))
                    .hasMessageContaining("permission denied for database");
            assertThatThrownBy(() -> DriverManager.getConnection(
                            "jdbc:postgresql://127.0.0.1:" + backends.postgresPort() + "/postgres",
                            "telemetry",
                            secret(settings.get("telemetry.postgres.password-file"))))
                    .hasMessageContaining("permission denied for database");
            assertThatThrownBy(() ->
                            DriverManager.getConnection(settings.get("telemetry.postgres.url"), "telemetry", "wrong"))
                    .hasMessageContaining("password authentication failed");
            redisIsDurableAndServicesCannotHarm(backends);
            secretsAreTheOwnersAlone();
        }
    }

    private void redisIsDurableAndServicesCannotHarm(EmbeddedBackends backends) throws IOException {
        try (var redis = redis(backends, "perilune", home.resolve("secrets/redis.superuser"))) {
            assertThat(redis.configGet("appendonly")).containsEntry("appendonly", "yes");
            assertThat(redis.configGet("appendfsync")).containsEntry("appendfsync", "always");
            assertThat(redis.configGet("maxmemory-policy")).containsEntry("maxmemory-policy", "noeviction");
            assertThat(redis.configGet("bind")).containsEntry("bind", "127.0.0.1");
        }
        try (var redis = redis(backends)) {
            assertThat(redis.set("a", "1")).isEqualTo("OK");
            assertThat(redis.info("persistence")).contains("aof_enabled:1");
            assertThatThrownBy(redis::flushAll)
                    .isInstanceOf(JedisDataException.class)
                    .hasMessageContaining("NOPERM");
            assertThatThrownBy(() -> redis.configSet("appendfsync", "no")).hasMessageContaining("NOPERM");
            assertThatThrownBy(() -> redis.keys("*")).hasMessageContaining("NOPERM");
        }
        try (var redis = new Jedis("127.0.0.1", backends.redisPort())) {
            assertThatThrownBy(() -> redis.get("a")).hasMessageContaining("NOAUTH");
        }
    }

    private void secretsAreTheOwnersAlone() throws IOException {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(home.resolve("secrets"))))
                .isEqualTo("rwx------");
        try (var files = Files.list(home.resolve("secrets"))) {
            for (Path file : files.toList()) {
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                        .isEqualTo("rw-------");
            }
        }
    }

    @Test
    void bringsBackWhatIsKilledAndLosesNothing() throws Exception {
        try (var backends = start()) {
            try (var database = postgres(backends, "telemetry");
                    var redis = redis(backends)) {
                run(database, "create table t (x int)", "insert into t values (42)");
                redis.set("a", "42");
            }
            for (String name : List.of("PostgreSQL", "Redis")) {
                long killed = server(backends, name).pid();
                ProcessHandle.of(killed).orElseThrow().destroyForcibly();
                await().atMost(LIMIT).until(() -> {
                    ServerState now = server(backends, name);
                    return now.up() && now.pid() != killed;
                });
            }
            try (var database = postgres(backends, "telemetry");
                    var redis = redis(backends)) {
                assertThat(ask(database, "select x from t")).isEqualTo("42");
                assertThat(redis.get("a")).isEqualTo("42");
            }
        }
    }

    @Test
    void takesOverWhatAKilledRunLeftAndKeepsItsData() throws Exception {
        Process run = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        BackendsProcess.class.getName(),
                        home.toString())
                .redirectErrorStream(true)
                .start();
        var pids = new CopyOnWriteArrayList<Long>();
        try (var output = run.inputReader(UTF_8)) {
            output.lines()
                    .takeWhile(line -> !line.equals(BackendsProcess.READY))
                    .filter(line -> line.startsWith(BackendsProcess.PID))
                    .forEach(line -> pids.add(Long.parseLong(line.substring(BackendsProcess.PID.length()))));
            assertThat(pids).hasSize(2);
            assertThatThrownBy(this::start)
                    .isInstanceOf(BackendsException.class)
                    .hasMessageContaining("is in use by another Perilune (process " + run.pid() + ")");
            run.destroyForcibly().waitFor();
        }
        assertThat(pids).allMatch(pid -> ProcessHandle.of(pid).isPresent());
        try (var backends = start();
                var database = postgres(backends, "telemetry");
                var redis = redis(backends)) {
            assertThat(pids).noneMatch(pid -> ProcessHandle.of(pid).isPresent());
            assertThat(ask(database, "select x from t")).isEqualTo("42");
            assertThat(redis.get("a")).isEqualTo("42");
        }
    }

    @Test
    void namesTheSettingOfATakenPortAndLeavesNothingRunning() throws IOException {
        try (var taken = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            int port = taken.getLocalPort();
            var config = new BackendsConfig(home, Map.of(Store.REDIS, port), DATABASES);
            assertThatThrownBy(() -> EmbeddedBackends.start(config, sentence -> {}))
                    .isInstanceOf(BackendsException.class)
                    .hasMessageContaining("port " + port)
                    .hasMessageContaining("embedded.redis.port");
        }
        start().close();
    }
}
