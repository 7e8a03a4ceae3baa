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
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.LongFunction;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.perilune.chassis.Settings;
import org.perilune.contracts.Streams;
import org.perilune.contracts.TelemetryLimits;
import org.perilune.contracts.v1.Frame;
import org.perilune.contracts.v1.Telemetry;
import org.perilune.contracts.v1.Value;
import org.perilune.contracts.Topology.Store;
import org.perilune.pad.Pad;
import org.perilune.pad.PadConfig;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.params.ScanParams;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BatchRouterTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Path MOSQUITTO = Path.of("/usr/sbin/mosquitto");

    private Pad pad;
    private Jedis redis;

    @BeforeAll
    void start(@TempDir Path home) throws IOException {
        pad = Pad.start(PadConfig.onFreePorts(home, List.of(), Store.REDIS, Store.MQTT), sentence -> {});
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
    void givesEveryOtherTopicItsStream() throws Exception {
        try (BatchRouterService router = service(Map.of())) {
            for (String topic : List.of("weather/mare-imbrium", "fleet/rover/ack", "connect", "fleet/rover/connect")) {
                router.take("rover", topic, new byte[] {1}, null)
                        .toCompletableFuture()
                        .get(10, TimeUnit.SECONDS);
            }
            assertThat(redis.xlen("weather/mare-imbrium")).isEqualTo(1);
            assertThat(redis.xlen(Streams.ACKS)).isGreaterThanOrEqualTo(1);
            assertThat(redis.xlen(Streams.CONNECT)).isGreaterThanOrEqualTo(2);
        }
    }

    @Test
    void holdsUpADeviceThatFloodsItsTopicsAndNoOther() throws Exception {
        var settings = Map.of("batch-router.topics.memory", "0.004", "batch-router.topics.memory-each", "0.001");
        var payload = new byte[64 * 1024];
        try (BatchRouterService router = service(settings)) {
            awaitReady(router);
            // 1 MB a device; in topics of its own, so that no single stream is too large.
            await().atMost(LIMIT).until(() -> {
                for (int topic = 0; topic < 4; topic++) {
                    if (!took(router, "flooder", "flood/" + topic, payload)) {
                        return true;
                    }
                }
                return false;
            });
            assertThat(took(router, "flooder", "flood/0", payload)).isFalse();
            assertThat(took(router, "rover", "weather/mare-nubium", payload)).isTrue();
            for (String topic : List.of("telemetry", "connect", "lwt", "ack")) {
                byte[] own = topic.equals("telemetry") ? telemetry(9) : new byte[] {1};
                assertThat(took(router, "flooder", "fleet/flooder/" + topic, own))
                        .as(topic)
                        .isTrue();
            }
            long kept = 0;
            for (int topic = 0; topic < 4; topic++) {
                kept += redis.xlen("flood/" + topic);
            }
            assertThat(kept * payload.length).isBetween(512L * 1024, 1024L * 1024);
            // Somebody has read it.
            for (int topic = 0; topic < 4; topic++) {
                redis.del("flood/" + topic);
            }
            await().atMost(LIMIT).until(() -> took(router, "flooder", "flood/0", payload));
        }
    }

    @Test
    void manyDevicesTogetherLeaveRoomForTheFleet() throws Exception {
        var settings = Map.of("batch-router.topics.memory", "0.002", "batch-router.topics.memory-each", "0.001");
        try (BatchRouterService router = service(settings)) {
            awaitReady(router);
            // Each with topics by the hundred: an empty stream is not free either.
            await().atMost(LIMIT).until(() -> {
                for (int device = 0; device < 10; device++) {
                    for (int topic = 0; topic < 50; topic++) {
                        took(router, "crowd-" + device, "crowd/" + device + "/" + topic, new byte[] {1});
                    }
                }
                return !took(router, "newcomer", "crowd/newcomer", new byte[] {1});
            });
            assertThat(took(router, "newcomer", "fleet/newcomer/telemetry", telemetry(9)))
                    .isTrue();
            assertThat(crowds().size()).isLessThan(200);
            redis.del(crowds().toArray(String[]::new));
        }
    }

    private Set<String> crowds() {
        var found = new HashSet<String>();
        String cursor = ScanParams.SCAN_POINTER_START;
        do {
            var page = redis.scan(cursor, new ScanParams().match("crowd/*").count(1_000));
            found.addAll(page.getResult());
            cursor = page.getCursor();
        } while (!cursor.equals(ScanParams.SCAN_POINTER_START));
        return found;
    }

    private static boolean took(BatchRouterService router, String device, String topic, byte[] payload)
            throws Exception {
        try {
            router.take(device, topic, payload, null).toCompletableFuture().get(10, TimeUnit.SECONDS);
            return true;
        } catch (ExecutionException refused) {
            assertThat(refused).hasCauseInstanceOf(NotTaken.class);
            return false;
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
        assumeMosquitto();
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
                publish(port, 1, 1_000, "fleet/lander/telemetry", BatchRouterTest::telemetry);
                await().atMost(LIMIT).until(() -> redis.xlen(stream) - before == 1_000);
            }
            // The session lasts: what came while nobody was there is delivered later.
            publish(port, 1_001, 1_500, "fleet/lander/telemetry", BatchRouterTest::telemetry);
            try (BatchRouterService router = service(settings)) {
                awaitReady(router);
                await().atMost(LIMIT).until(() -> redis.xlen(stream) - before >= 1_500);
            }
        } finally {
            mosquitto.destroyForcibly();
        }
    }

    @Test
    void aFloodOfUsersTopicsAtAForeignBrokerDoesNotHoldUpTheFleet(@TempDir Path folder) throws Exception {
        assumeMosquitto();
        int port = freePort();
        Process mosquitto = mosquitto(folder, port);
        try {
            var settings = Map.of(
                    "batch-router.way-in", "subscriber",
                    "batch-router.mqtt.port", Integer.toString(port),
                    "batch-router.mqtt.window", "1000",
                    "batch-router.mqtt.client-id", "router-under-flood",
                    "batch-router.topics.memory", "0.001",
                    "batch-router.topics.memory-each", "0.001");
            String stream = Streams.telemetry(Streams.partitionOf("lander"));
            long before = redis.xlen(stream);
            try (BatchRouterService router = service(settings)) {
                awaitReady(router);
                // 1 MB is taken; of the rest 500 are under way, and that is all that the broker sends.
                publish(port, 1, 1_500, "flood/foreign", seq -> new byte[2_048]);
                publish(port, 1, 100, "fleet/lander/telemetry", BatchRouterTest::telemetry);
                await().atMost(LIMIT).until(() -> redis.xlen(stream) - before == 100);
                assertThat(redis.xlen("flood/foreign")).isBetween(100L, 600L);
            }
            redis.del("flood/foreign");
        } finally {
            mosquitto.destroyForcibly();
        }
    }

    private static void assumeMosquitto() {
        boolean there = Files.isExecutable(MOSQUITTO);
        if (System.getenv("CI") != null) {
            assertThat(there).as("Mosquitto must be installed").isTrue();
        }
        Assumptions.assumeTrue(there);
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

    private static void publish(int port, int first, int last, String topic, LongFunction<byte[]> payload) {
        Mqtt5BlockingClient device =
                Mqtt5Client.builder().serverHost("127.0.0.1").serverPort(port).buildBlocking();
        await().atMost(LIMIT).ignoreExceptions().until(() -> {
            device.connect();
            return true;
        });
        for (int seq = first; seq <= last; seq++) {
            device.publishWith()
                    .topic(topic)
                    .qos(MqttQos.AT_LEAST_ONCE)
                    .payload(payload.apply(seq))
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
