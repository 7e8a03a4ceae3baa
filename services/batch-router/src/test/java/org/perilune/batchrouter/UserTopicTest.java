package org.perilune.batchrouter;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import com.hivemq.client.mqtt.mqtt5.message.disconnect.Mqtt5DisconnectReasonCode;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.perilune.contracts.Streams;
import redis.clients.jedis.params.ScanParams;

/** Topics that are not the fleet's. */
final class UserTopicTest extends WithRouter {
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
}
