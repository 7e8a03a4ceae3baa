package org.perilune.batchrouter;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import com.hivemq.client.mqtt.mqtt5.message.disconnect.Mqtt5DisconnectReasonCode;
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
import org.perilune.chassis.settings.Settings;
import org.perilune.contracts.MessageRefused;
import org.perilune.contracts.Streams;
import org.perilune.contracts.TelemetryLimits;
import org.perilune.contracts.Topology.Store;
import org.perilune.contracts.v1.Frame;
import org.perilune.contracts.v1.Telemetry;
import org.perilune.contracts.v1.Value;
import org.perilune.embedded.EmbeddedBackends;
import org.perilune.embedded.host.BackendsConfig;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.params.ScanParams;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BatchRouterTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Path MOSQUITTO = Path.of("/usr/sbin/mosquitto");

    private Path home;
    private EmbeddedBackends backends;
    private Jedis redis;

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

    private BatchRouterService service(Map<String, String> more) {
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
    void aTopicThatNobodyReadsLosesItsOldestAndHoldsUpNobody() throws Exception {
        var settings = Map.of("batch-router.topics.memory", "0.004", "batch-router.topics.memory-each", "0.001");
        try (BatchRouterService router = service(settings)) {
            awaitReady(router);
            // 4 MB, where one may have 1 MB.
            for (int message = 0; message < 64; message++) {
                var payload = new byte[64 * 1024];
                payload[0] = (byte) message;
                assertThat(took(router, "flooder", "flood/0", payload)).isTrue();
            }
            assertThat(took(router, "flooder", "fleet/flooder/telemetry", telemetry(9)))
                    .isTrue();
            assertThat(redis.xlen("flood/0") * 64).isBetween(256L, 1_024L);
            byte[] newest = redis.xrevrange("flood/0".getBytes(UTF_8), "+".getBytes(UTF_8), "-".getBytes(UTF_8), 1)
                                            .getFirst()
                                    instanceof List<?> entry
                            && entry.get(1) instanceof List<?> fields
                    ? (byte[]) fields.getLast()
                    : new byte[1];
            assertThat(newest[0]).isEqualTo((byte) 63);
            assertThat(metric(router, "router_topics_dropped_total")).isGreaterThanOrEqualTo(48);
            assertThat(metric(router, "router_refused_total")).isZero();
        }
        redis.del("flood/0");
    }

    @Test
    void aTopicThatMayNotLoseAnythingRefusesMoreAndHoldsUpNothingElse() throws Exception {
        var settings = Map.of(
                "batch-router.topics.memory", "0.004",
                "batch-router.topics.memory-each", "0.001",
                "batch-router.topics.refuse", "kept/#");
        var payload = new byte[64 * 1024];
        try (BatchRouterService router = service(settings)) {
            awaitReady(router);
            await().atMost(LIMIT).until(() -> !took(router, "keeper", "kept/0", payload));
            assertThat(redis.xlen("kept/0")).isBetween(8L, 16L);
            for (String topic : List.of("telemetry", "connect", "lwt", "ack")) {
                byte[] own = topic.equals("telemetry") ? telemetry(9) : new byte[] {1};
                assertThat(took(router, "keeper", "fleet/keeper/" + topic, own))
                        .as(topic)
                        .isTrue();
            }
            assertThat(took(router, "rover", "weather/mare-nubium", payload)).isTrue();
            assertThat(metric(router, "router_topics_refused_total")).isGreaterThanOrEqualTo(1);
            // Somebody has read it.
            redis.del("kept/0");
            await().atMost(LIMIT).until(() -> took(router, "keeper", "kept/0", payload));
        }
        redis.del("kept/0");
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

    /** Telemetry could not even look it up, and its partition would stand still. */
    @Test
    void aTopicThatNamesNoDeviceGoesToTheRejects() throws Exception {
        long before = redis.xlen(Streams.REJECTS);
        try (BatchRouterService router = service(Map.of())) {
            for (String name : List.of("x".repeat(3_000), "a b", "-")) {
                assertThat(took(router, "", "fleet/" + name + "/telemetry", telemetry(1)))
                        .isTrue();
            }
            assertThat(redis.xlen(Streams.REJECTS) - before).isEqualTo(3);
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

    @Test
    void keepsALastWillOnAUsersTopicAndHandsItOn() throws Exception {
        try (BatchRouterService router = service(Map.of())) {
            backends.onPublish(message ->
                    router.take(message.client(), message.topic(), message.payload(), message.traceparent()));
            awaitReady(router);
            var told = new java.util.concurrent.CompletableFuture<byte[]>();
            Mqtt5BlockingClient listener = device("listener");
            listener.connect();
            listener.toAsync()
                    .subscribeWith()
                    .topicFilter("wills/mortal")
                    .callback(publish -> told.complete(publish.getPayloadAsBytes()))
                    .send()
                    .join();
            Mqtt5BlockingClient mortal = device("mortal");
            mortal.connectWith()
                    .willPublish()
                    .topic("wills/mortal")
                    .qos(MqttQos.AT_LEAST_ONCE)
                    .payload("gone".getBytes(UTF_8))
                    .applyWillPublish()
                    .send();
            mortal.disconnectWith()
                    .reasonCode(Mqtt5DisconnectReasonCode.DISCONNECT_WITH_WILL_MESSAGE)
                    .send();
            await().atMost(LIMIT).until(() -> redis.xlen("wills/mortal") == 1);
            assertThat(redis.xrange("wills/mortal", "-", "+").getFirst().getFields())
                    .containsEntry(Streams.Field.DEVICE, "mortal")
                    .containsEntry(Streams.Field.PAYLOAD, "gone");
            assertThat(told.get(10, TimeUnit.SECONDS)).asString(UTF_8).isEqualTo("gone");
            listener.disconnect();
            assertThat(redis.xlen("wills/mortal")).isEqualTo(1);
        } finally {
            backends.onPublish(null);
        }
    }

    private Mqtt5BlockingClient device(String name) {
        return Mqtt5Client.builder()
                .serverHost("127.0.0.1")
                .serverPort(backends.mqttPort())
                .identifier(name)
                .simpleAuth()
                .username(name)
                .password(backends.devices().enrol(name).getBytes(UTF_8))
                .applySimpleAuth()
                .buildBlocking();
    }

    private static java.net.http.HttpResponse<String> ready(BatchRouterService router) throws Exception {
        var request = java.net.http.HttpRequest.newBuilder(
                        java.net.URI.create("http://127.0.0.1:" + router.port() + "/ready"))
                .build();
        try (var client = java.net.http.HttpClient.newHttpClient()) {
            return client.send(request, java.net.http.HttpResponse.BodyHandlers.ofString());
        }
    }

    private static double metric(BatchRouterService router, String name) throws Exception {
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
            assertThat(refused).hasCauseInstanceOf(MessageRefused.class);
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
                    "batch-router.ingest-mode", "subscriber",
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
                    "batch-router.ingest-mode", "subscriber",
                    "batch-router.mqtt.port", Integer.toString(port),
                    "batch-router.mqtt.window", "1000",
                    "batch-router.mqtt.client-id", "router-under-flood",
                    "batch-router.topics.memory", "0.001",
                    "batch-router.topics.memory-each", "0.001");
            String stream = Streams.telemetry(Streams.partitionOf("lander"));
            long before = redis.xlen(stream);
            try (BatchRouterService router = service(settings)) {
                awaitReady(router);
                // 3 MB, where the topic may have 1 MB, measured now and then: all are taken, and the newest kept.
                publish(port, 1, 1_500, "flood/foreign", seq -> new byte[2_048]);
                publish(port, 1, 100, "fleet/lander/telemetry", BatchRouterTest::telemetry);
                await().atMost(LIMIT).until(() -> redis.xlen(stream) - before == 100);
                await().atMost(LIMIT).untilAsserted(() -> {
                    publish(port, 1, 1, "flood/foreign", seq -> new byte[2_048]);
                    assertThat(redis.xlen("flood/foreign")).isBetween(100L, 600L);
                });
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
