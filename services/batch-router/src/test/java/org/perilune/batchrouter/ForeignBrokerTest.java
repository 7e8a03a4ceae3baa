package org.perilune.batchrouter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.LongFunction;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.perilune.contracts.Streams;
import org.perilune.embedded.host.Ports;

/** What comes from a broker of the users'. */
final class ForeignBrokerTest extends WithRouter {
    private static final Path MOSQUITTO = Path.of("/usr/sbin/mosquitto");

    @Test
    void takesFromAForeignBrokerWhatItAcknowledges(@TempDir Path folder) throws Exception {
        assumeMosquitto();
        int port = Ports.choose(0);
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
        int port = Ports.choose(0);
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
}
