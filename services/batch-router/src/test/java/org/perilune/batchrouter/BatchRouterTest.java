package org.perilune.batchrouter;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.perilune.contracts.Streams;
import org.perilune.contracts.TelemetryLimits;
import org.perilune.contracts.v1.Frame;
import org.perilune.contracts.v1.Telemetry;
import org.perilune.contracts.v1.Value;
import org.perilune.embedded.host.Ports;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;

/** What comes from the embedded broker. */
final class BatchRouterTest extends WithRouter {
    @Test
    void hasInRedisWhatItSaysItTook() throws Exception {
        String stream = Streams.telemetry(Streams.partitionOf("rover"));
        long before = redis.xlen(stream);
        try (BatchRouterService router = service(Map.of())) {
            var taken = new ArrayList<CompletionStage<Void>>();
            for (int seq = 1; seq <= 5_000; seq++) {
                taken.add(router.take("rover", "fleet/rover/telemetry", telemetry(seq), null));
            }
            for (CompletionStage<Void> one : taken) {
                one.toCompletableFuture().get(10, TimeUnit.SECONDS);
            }
            assertThat(redis.xlen(stream) - before).isEqualTo(5_000);
        }
    }

    @Test
    void takesMessagesAsLargeAsTheLimitsPromiseAndKeepsTheHeadOfLargerOnes() throws Exception {
        String stream = Streams.telemetry(Streams.partitionOf("large"));
        long before = redis.xlen(stream);
        long rejects = redis.xlen(Streams.REJECTS);
        try (BatchRouterService router = service(Map.of())) {
            for (int bytes : List.of(TelemetryLimits.MOST_MESSAGE_BYTES, TelemetryLimits.MOST_MESSAGE_BYTES + 1)) {
                router.take("large", "fleet/large/telemetry", telemetryOf(bytes), null)
                        .toCompletableFuture()
                        .get(10, TimeUnit.SECONDS);
            }
            assertThat(redis.xlen(stream) - before).isEqualTo(1);
            assertThat(redis.xlen(Streams.REJECTS) - rejects).isEqualTo(1);
        }
    }

    /** Sound, and of so many bytes. */
    private static byte[] telemetryOf(int bytes) {
        var message = Telemetry.newBuilder().setEpoch(3);
        var frame = Frame.newBuilder().setSeq(1).setTimeMicros(1);
        while (message.clone().addFrames(frame).build().getSerializedSize() < bytes - 5_000) {
            frame.addValues(Value.newBuilder().setName("text").setText("x".repeat(4_000)));
        }
        int rest = bytes - message.clone().addFrames(frame).build().getSerializedSize() - "text".length() - 8;
        frame.addValues(Value.newBuilder().setName("text").setText("x".repeat(rest)));
        byte[] payload = message.addFrames(frame).build().toByteArray();
        assertThat(payload).hasSize(bytes);
        return payload;
    }

    @Test
    void putsWhatIsNoTelemetryIntoTheRejectsAndTakesIt() throws Exception {
        long before = redis.xlen(Streams.REJECTS);
        try (BatchRouterService router = service(Map.of())) {
            List<byte[]> bad = List.of(new byte[0], "nonsense".getBytes(UTF_8), new byte[300 * 1024]);
            for (byte[] payload : bad) {
                router.take("rover", "fleet/rover/telemetry", payload, null)
                        .toCompletableFuture()
                        .get(10, TimeUnit.SECONDS);
            }
            router.take("rover", "telemetry:0", new byte[] {1}, null)
                    .toCompletableFuture()
                    .get(10, TimeUnit.SECONDS);
            assertThat(redis.xlen(Streams.REJECTS) - before).isEqualTo(4);
        }
    }

    @Test
    void dropsRubbishBeyondADevicesShareAndKeepsThatOfOthers() throws Exception {
        long before = redis.xlen(Streams.REJECTS);
        try (BatchRouterService router = service(Map.of("batch-router.events.kilobytes-a-minute", "256"))) {
            for (int message = 0; message < 20; message++) {
                assertThat(took(router, "junk", "fleet/junk/telemetry", new byte[60 * 1024]))
                        .isTrue();
                assertThat(took(router, "junk", "fleet/junk/connect", new byte[60 * 1024]))
                        .isTrue();
            }
            assertThat(redis.xlen(Streams.REJECTS) - before).isEqualTo(4);
            assertThat(took(router, "rover", "fleet/rover/telemetry", new byte[] {1}))
                    .isTrue();
            assertThat(redis.xlen(Streams.REJECTS) - before).isEqualTo(5);
            assertThat(metric(router, "router_events_dropped_total{stream=\"rejects\"}"))
                    .isEqualTo(16);
            assertThat(metric(router, "router_events_dropped_total{stream=\"connect\"}"))
                    .isEqualTo(16);
        }
    }

    @Test
    void isNotReadyWithARedisThatMayLoseWhatItAcknowledged() throws Exception {
        var administrator = DefaultJedisClientConfig.builder()
                .user("perilune")
                .password(Files.readString(home.resolve("secrets/redis.superuser"), UTF_8)
                        .strip())
                .build();
        try (var admin = new Jedis(new HostAndPort("127.0.0.1", backends.redisPort()), administrator)) {
            String memory = admin.configGet("maxmemory").get("maxmemory");
            admin.configSet("maxmemory", "0");
            admin.configSet("maxmemory-policy", "allkeys-lru");
            admin.configSet("appendfsync", "everysec");
            try (BatchRouterService router = service(Map.of())) {
                await().atMost(LIMIT)
                        .until(() -> ready(router)
                                .body()
                                .contains(
                                        "set its maxmemory to a number of bytes, its maxmemory-policy to noeviction, its"
                                                + " appendfsync to always"));
                assertThat(ready(router).statusCode()).isEqualTo(503);
                admin.configSet("maxmemory", memory);
                admin.configSet("maxmemory-policy", "noeviction");
                admin.configSet("appendfsync", "always");
                awaitReady(router);
            } finally {
                admin.configSet("maxmemory", memory);
                admin.configSet("maxmemory-policy", "noeviction");
                admin.configSet("appendfsync", "always");
            }
        }
    }

    private static java.net.http.HttpResponse<String> ready(BatchRouterService router) throws Exception {
        var request = java.net.http.HttpRequest.newBuilder(
                        java.net.URI.create("http://127.0.0.1:" + router.port() + "/ready"))
                .build();
        try (var client = java.net.http.HttpClient.newHttpClient()) {
            return client.send(request, java.net.http.HttpResponse.BodyHandlers.ofString());
        }
    }

    @Test
    void refusesWhatRedisCannotKeep() throws Exception {
        try (BatchRouterService router =
                service(Map.of("batch-router.redis.port", Integer.toString(Ports.choose(0))))) {
            assertThatThrownBy(() -> router.take("rover", "fleet/rover/telemetry", telemetry(1), null)
                            .toCompletableFuture()
                            .get(20, TimeUnit.SECONDS))
                    .hasCauseInstanceOf(NotTaken.class);
        }
    }
}
