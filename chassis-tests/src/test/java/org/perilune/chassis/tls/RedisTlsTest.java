package org.perilune.chassis.tls;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.perilune.chassis.redis.Redis;
import org.perilune.chassis.redis.RedisConfig;
import org.perilune.chassis.settings.Secret;
import org.perilune.chassis.settings.Settings;
import org.perilune.contracts.Topology.Store;
import org.perilune.embedded.EmbeddedBackends;
import org.perilune.embedded.host.BackendsConfig;
import org.perilune.embedded.host.Ports;
import org.perilune.testkit.TestAuthority;
import redis.clients.jedis.Jedis;

final class RedisTlsTest extends OverTls {
    @TempDir
    private static Path home;

    private static EmbeddedBackends backends;
    private static RedisConfig plain;

    @BeforeAll
    static void start() {
        backends = EmbeddedBackends.start(BackendsConfig.onFreePorts(home, List.of(), Store.REDIS), sentence -> {});
        plain = RedisConfig.read(Settings.of(backends.settings()).at("telemetry"));
    }

    @AfterAll
    static void stop() {
        backends.close();
    }

    @Override
    String store() {
        return "Redis";
    }

    @Override
    int plainPort() {
        return plain.port();
    }

    @Override
    Client open(String host, int port, TlsConfig tls) {
        Redis redis = owned.add(Redis.open(new RedisConfig(host, port, plain.user(), plain.password(), tls)));
        return redis::problem;
    }

    /** Debian's, which asks for certificates where it speaks TLS. */
    @Test
    void worksWithARealServer() throws Exception {
        TestAuthority.Issued server = authority().issue(HOST);
        int port = Ports.choose(0);
        Path settings = Files.writeString(files().resolve("redis.conf"), """
                bind 127.0.0.1
                port 0
                tls-port %d
                tls-cert-file %s
                tls-key-file %s
                tls-ca-cert-file %s
                requirepass canary
                appendonly yes
                appendfsync always
                maxmemory 64mb
                maxmemory-policy noeviction
                dir %s
                """.formatted(
                        port, server.certificate(), server.key(), authority().file(), files()));
        owned.add(RealServer.start(files(), "/usr/bin/redis-server", settings.toString()));
        TlsConfig tls = showing(authority().file(), authority().issue("client"));
        Redis redis = owned.add(Redis.open(new RedisConfig(HOST, port, "default", new Secret("canary"), tls)));
        awaitWorking(redis::problem);
        try (Jedis own = redis.dedicated(Duration.ofSeconds(5))) {
            assertThat(own.ping()).isEqualTo("PONG");
        }
        awaitProblem(open(HOST, port, trusting(authority().file())), "it refuses our certificate, or misses one");
    }
}
