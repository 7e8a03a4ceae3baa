package org.perilune.embedded.host;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.util.List;
import org.perilune.embedded.EmbeddedBackends;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;

/** A run that a test kills: starts embedded backends, writes a row and a key, tells the servers' pids, and waits. */
public final class BackendsProcess {
    public static final String READY = "ready";
    public static final String PID = "pid ";

    private BackendsProcess() {}

    public static void main(String[] arguments) throws Exception {
        Path home = Path.of(arguments[0]);
        var backends = EmbeddedBackends.start(BackendsConfig.onFreePorts(home, List.of("telemetry")), sentence -> {});
        String url = backends.settings().get("telemetry.postgres.url");
        String password = Files.readString(home.resolve("secrets/telemetry.postgres"), UTF_8);
        try (var connection = DriverManager.getConnection(url, "telemetry", password);
                var statement = connection.createStatement()) {
            statement.execute("create table t (x int); insert into t values (42)");
        }
        var login = DefaultJedisClientConfig.builder()
                .user("telemetry")
                .password(Files.readString(home.resolve("secrets/telemetry.redis"), UTF_8))
                .build();
        try (var redis = new Jedis(new HostAndPort("127.0.0.1", backends.redisPort()), login)) {
            redis.set("a", "42");
        }
        backends.servers().stream()
                .filter(server -> server.pid() != ProcessHandle.current().pid())
                .forEach(server -> System.out.println(PID + server.pid()));
        System.out.println(READY);
        Thread.currentThread().join();
    }
}
