package org.perilune.batchrouter;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.perilune.chassis.Settings;
import org.perilune.contracts.Streams;
import org.perilune.contracts.v1.Frame;
import org.perilune.contracts.v1.Telemetry;
import org.perilune.pad.Pad;
import org.perilune.pad.PadConfig;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BatchRouterTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Path MOSQUITTO = Path.of("/usr/sbin/mosquitto");

    private Pad pad;
    private Jedis redis;

    @BeforeAll
    void start(@TempDir Path home) throws IOException {
        pad = Pad.start(PadConfig.onFreePorts(home, List.of()), sentence -> {});
        String password = Files.readString(
                        Path.of(String.valueOf(pad.settings().get("batch-router.redis.password-file"))), UTF_8)
                .strip();
        redis = new Jedis(
                new HostAndPort("127.0.0.1", pad.redisPort()),
                DefaultJedisClientConfig.builder()
                        .user("batch-router")
                        .password(password)
                        .build());
    }

    @AfterAll
    void stop() {
        redis.close();
        pad.close();
    }

    private BatchRouterService service(Map<String, String> more) {
        var own = new HashMap<String, String>();
        pad.settings().forEach((key, value) -> {
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

    private static byte[] telemetry(long seq) {
        return Telemetry.newBuilder()
                .setEpoch(3)
                .addFrames(Frame.newBuilder().setSeq(seq).setTimeMicros(1))
                .build()
                .toByteArray();
    }

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
    void givesEveryOtherTopicItsStream() throws Exception {
        try (BatchRouterService router = service(Map.of())) {
            for (String topic : List.of("weather/mare-imbrium", "fleet/rover/ack", "connect", "fleet/rover/connect")) {
                router.take("rover", topic, new byte[] {1}, null)
                        .toCompletableFuture()
                        .get(10, TimeUnit.SECONDS);
            }
            assertThat(redis.xlen("weather/mare-imbrium")).isEqualTo(1);
            assertThat(redis.xlen("fleet/rover/ack")).isEqualTo(1);
            assertThat(redis.xlen(Streams.CONNECT)).isGreaterThanOrEqualTo(2);
        }
    }

    @Test
    void refusesWhatRedisCannotKeep() throws Exception {
        try (BatchRouterService router = service(Map.of("batch-router.redis.port", Integer.toString(freePort())))) {
            assertThatThrownBy(() -> router.take("rover", "fleet/rover/telemetry", telemetry(1), null)
                            .toCompletableFuture()
                            .get(20, TimeUnit.SECONDS))
                    .hasCauseInstanceOf(NotTaken.class);
        }
    }

    @Test
    void takesFromAForeignBrokerWhatItAcknowledges(@TempDir Path folder) throws Exception {
        boolean there = Files.isExecutable(MOSQUITTO);
        if (System.getenv("CI") != null) {
            assertThat(there).as("Mosquitto must be installed").isTrue();
        }
        Assumptions.assumeTrue(there);
        int port = freePort();
        Process mosquitto = mosquitto(folder, port);
        try {
            var settings = Map.of(
                    "batch-router.way-in", "subscriber",
                    "batch-router.mqtt.port", Integer.toString(port),
                    "batch-router.mqtt.window", "1000",
                    "batch-router.mqtt.client-id", "router-under-test");
            String stream = Streams.telemetry(Streams.partitionOf("lander"));
            long before = redis.xlen(stream);
            try (BatchRouterService router = service(settings)) {
                awaitReady(router);
                publish(port, 1, 1_000);
                await().atMost(LIMIT).until(() -> redis.xlen(stream) - before == 1_000);
            }
            // The session lasts: what came while nobody was there is delivered later.
            publish(port, 1_001, 1_500);
            try (BatchRouterService router = service(settings)) {
                awaitReady(router);
                await().atMost(LIMIT).until(() -> redis.xlen(stream) - before >= 1_500);
            }
        } finally {
            mosquitto.destroyForcibly();
        }
    }

    private static void awaitReady(BatchRouterService router) {
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

    private static void publish(int port, int first, int last) {
        Mqtt5BlockingClient device =
                Mqtt5Client.builder().serverHost("127.0.0.1").serverPort(port).buildBlocking();
        await().atMost(LIMIT).ignoreExceptions().until(() -> {
            device.connect();
            return true;
        });
        for (int seq = first; seq <= last; seq++) {
            device.publishWith()
                    .topic("fleet/lander/telemetry")
                    .qos(MqttQos.AT_LEAST_ONCE)
                    .payload(telemetry(seq))
                    .send();
        }
        device.disconnect();
    }

    private static Process mosquitto(Path folder, int port) throws IOException {
        Path settings = folder.resolve("mosquitto.conf");
        Files.writeString(settings, """
                listener %d 127.0.0.1
                allow_anonymous true
                max_inflight_messages 500
                max_queued_messages 0
                """.formatted(port));
        return new ProcessBuilder(MOSQUITTO.toString(), "-c", settings.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("mosquitto.log").toFile())
                .start();
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
