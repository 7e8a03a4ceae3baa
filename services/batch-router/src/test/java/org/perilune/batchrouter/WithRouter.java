package org.perilune.batchrouter;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.perilune.chassis.settings.Settings;
import org.perilune.contracts.MessageRefused;
import org.perilune.contracts.Topology.Store;
import org.perilune.contracts.v1.Frame;
import org.perilune.contracts.v1.Telemetry;
import org.perilune.embedded.EmbeddedBackends;
import org.perilune.embedded.host.BackendsConfig;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;

/** Tests with the stores that batch-router needs. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class WithRouter {
    static final Duration LIMIT = Duration.ofSeconds(30);
    Path home;
    EmbeddedBackends backends;
    Jedis redis;

    @BeforeAll
    void start(@TempDir Path folder) throws IOException {
        home = folder;
        backends = EmbeddedBackends.start(
                BackendsConfig.onFreePorts(home, List.of(), Store.REDIS, Store.MQTT), sentence -> {});
        String password = Files.readString(
                        Path.of(String.valueOf(backends.settings().get("batch-router.redis.password-file"))), UTF_8)
                .strip();
        redis = new Jedis(
                new HostAndPort("127.0.0.1", backends.redisPort()),
                DefaultJedisClientConfig.builder()
                        .user("batch-router")
                        .password(password)
                        .build());
    }

    @AfterAll
    void stop() {
        redis.close();
        backends.close();
    }

    BatchRouterService service(Map<String, String> more) {
        var own = new HashMap<String, String>();
        backends.settings().forEach((key, value) -> {
            if (key.startsWith("batch-router.")) {
                own.put(key, value);
            }
        });
        own.put("batch-router.http.port", "0");
        own.putAll(more);
        Settings in = Settings.of(own);
        BatchRouterConfig config = BatchRouterConfig.read(in.at("batch-router"));
        in.check();
        return BatchRouterService.start(config, Clock.systemUTC());
    }

    static byte[] telemetry(long seq) {
        return Telemetry.newBuilder()
                .setEpoch(3)
                .addFrames(Frame.newBuilder().setSeq(seq).setTimeMicros(1))
                .build()
                .toByteArray();
    }

    static double metric(BatchRouterService router, String name) throws Exception {
        var request = java.net.http.HttpRequest.newBuilder(
                        java.net.URI.create("http://127.0.0.1:" + router.port() + "/metrics"))
                .build();
        try (var client = java.net.http.HttpClient.newHttpClient()) {
            return client.send(request, java.net.http.HttpResponse.BodyHandlers.ofString())
                    .body()
                    .lines()
                    .filter(line -> line.startsWith(name))
                    .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                    .sum();
        }
    }

    static boolean took(BatchRouterService router, String device, String topic, byte[] payload) throws Exception {
        try {
            router.take(device, topic, payload, null).toCompletableFuture().get(10, TimeUnit.SECONDS);
            return true;
        } catch (ExecutionException refused) {
            assertThat(refused).hasCauseInstanceOf(MessageRefused.class);
            return false;
        }
    }

    static void awaitReady(BatchRouterService router) {
        var request = java.net.http.HttpRequest.newBuilder(
                        java.net.URI.create("http://127.0.0.1:" + router.port() + "/ready"))
                .build();
        try (var client = java.net.http.HttpClient.newHttpClient()) {
            await().atMost(LIMIT)
                    .until(() -> client.send(request, java.net.http.HttpResponse.BodyHandlers.discarding())
                                    .statusCode()
                            == 200);
        }
    }
}
