package org.perilune.embedded.mqtt;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt3.Mqtt3Client;
import com.hivemq.client.mqtt.mqtt5.message.publish.puback.Mqtt5PubAckReasonCode;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.perilune.contracts.MessageRefused;
import org.perilune.contracts.TelemetryLimits;
import org.perilune.embedded.Client;

/** What becomes of messages. */
final class BrokerTest extends WithBroker {
    @Test
    void acknowledgesWhenTheHookIsDoneAndNotBefore() {
        TestHandler handler = handler();
        String device = enrolled("k");
        try (var client = Client.in(port, device, "k")) {
            var sent = client.publishTraced("fleet/" + device + "/telemetry", "frame", "00-abc-def-01");
            await().until(() -> handler.messages().size() == 1);
            InboundMessage message = handler.messages().getFirst();
            assertThat(message.client()).isEqualTo(device);
            assertThat(message.topic()).isEqualTo("fleet/" + device + "/telemetry");
            assertThat(new String(message.payload(), UTF_8)).isEqualTo("frame");
            assertThat(message.traceparent()).isEqualTo("00-abc-def-01");
            await().during(Duration.ofMillis(200)).until(() -> !sent.isDone());
            handler.answer(0).complete(null);
            assertThat(sent.join().getError()).isEmpty();
        }
    }

    @Test
    void takesPayloadsAsLargeAsTheLimitsPromise() {
        TestHandler handler = handler();
        handler.sayYes();
        String device = enrolled("k");
        try (var client = Client.in(port, device, "k")) {
            String payload = "x".repeat(TelemetryLimits.MOST_MESSAGE_BYTES);
            assertThat(client.publishTraced("fleet/" + device + "/telemetry", payload, "00-abc-def-01")
                            .join()
                            .getError())
                    .isEmpty();
            assertThat(handler.messages().getFirst().payload()).hasSize(TelemetryLimits.MOST_MESSAGE_BYTES);
        }
    }

    @Test
    void readsADeviceThatIsTooFastMoreSlowlyAndNoOther() {
        TestHandler handler = handler();
        handler.sayYes();
        String hasty = enrolled("k");
        String other = enrolled("k");
        long before = meters.read().slowed();
        // One megabyte more than it may send at once.
        int messages = DeviceRate.SECONDS_AT_ONCE * 4 + 4;
        String payload = "x".repeat(TelemetryLimits.MOST_MESSAGE_BYTES);
        try (var client = Client.in(port, hasty, "k");
                var neighbour = Client.in(port, other, "k")) {
            var sent = IntStream.range(0, messages)
                    .mapToObj(message -> client.publish("fleet/" + hasty + "/telemetry", payload))
                    .toList();
            await().until(() -> meters.read().slowed() > before);
            assertThat(neighbour
                            .publish("fleet/" + other + "/telemetry", "x")
                            .join()
                            .getError())
                    .isEmpty();
            sent.forEach(message -> assertThat(message.join().getError()).isEmpty());
        }
    }

    @Test
    void aMessageThatIsRefusedLeavesItsSenderConnected() {
        extension.onPublish(message -> message.topic().startsWith("full/")
                ? CompletableFuture.failedFuture(new MessageRefused("no room"))
                : CompletableFuture.completedFuture(null));
        String device = enrolled("k");
        try (var client = Client.in(port, device, "k")) {
            var refused = client.publish("full/topic", "x");
            var taken = client.publish("fleet/" + device + "/telemetry", "x");
            assertThat(taken.join().getError()).isEmpty();
            assertThat(refused).failsWithin(Duration.ofSeconds(10));
            assertThat(client.refusal("full/topic")).isEqualTo(Mqtt5PubAckReasonCode.QUOTA_EXCEEDED);
            assertThat(client.isConnected()).isTrue();
            assertThat(client.cutOffs).hasValue(0);
        }
        var old = Mqtt3Client.builder()
                .serverHost("127.0.0.1")
                .serverPort(port)
                .simpleAuth()
                .username(device)
                .password("k".getBytes(UTF_8))
                .applySimpleAuth()
                .buildBlocking();
        old.connect();
        old.publishWith()
                .topic("full/topic")
                .qos(MqttQos.AT_LEAST_ONCE)
                .payload(new byte[1])
                .send();
        assertThat(old.getState().isConnected()).isTrue();
        old.disconnect();
    }

    @Test
    void acknowledgesInTheOrderOfTheMessages() {
        TestHandler handler = handler();
        String device = enrolled("k");
        try (var client = Client.in(port, device, "k")) {
            var sent = List.of("1", "2", "3").stream()
                    .map(payload -> client.publish("fleet/" + device + "/telemetry", payload))
                    .toList();
            await().until(() -> handler.messages().size() == 3);
            assertThat(handler.messages())
                    .extracting(message -> new String(message.payload(), UTF_8))
                    .containsExactly("1", "2", "3");
            handler.answer(2).complete(null);
            handler.answer(1).complete(null);
            await().during(Duration.ofMillis(200)).until(() -> sent.stream().noneMatch(CompletableFuture::isDone));
            handler.answer(0).complete(null);
            CompletableFuture.allOf(sent.toArray(CompletableFuture[]::new)).join();
        }
    }

    @Test
    void cutsOffWithoutAnAcknowledgementWhatTheHookCannotTake() {
        TestHandler handler = handler();
        String device = enrolled("k");
        try (var client = Client.in(port, device, "k")) {
            var sent = client.publish("fleet/" + device + "/telemetry", "frame");
            await().until(() -> handler.messages().size() == 1);
            handler.answer(0).completeExceptionally(new IOException("disk full"));
            await().until(() -> client.cutOffs.get() == 1);
            assertThat(sent.isDone() && !sent.isCompletedExceptionally()).isFalse();
        }
    }

    @Test
    void cutsOffWhenTheHookThrows() {
        extension.onPublish(message -> {
            throw new IllegalStateException("broken");
        });
        String device = enrolled("k");
        try (var client = Client.in(port, device, "k")) {
            var sent = client.publish("connect", "frame");
            await().until(() -> client.cutOffs.get() == 1);
            assertThat(sent.isDone() && !sent.isCompletedExceptionally()).isFalse();
        }
    }

    @Test
    void keepsTelemetryAndAcksFromSubscribersButHandsUsersTopicsOn() {
        TestHandler handler = handler();
        String device = enrolled("k");
        String topic = "garden/" + device;
        try (var service = service().subscribe("fleet/" + device + "/#").subscribe(topic);
                var client = Client.in(port, device, "k")) {
            var frame = client.publish("fleet/" + device + "/telemetry", "frame");
            var note = client.publish(topic, "wet");
            await().until(() -> handler.messages().size() == 2);
            assertThat(service.received).isEmpty();
            handler.sayYes();
            frame.join();
            note.join();
            await().until(() -> !service.received.isEmpty());
            client.publish("fleet/" + device + "/ack", "done").join();
            client.publish(topic, "dry").join();
            await().until(() -> service.received.size() == 2);
            assertThat(service.received).containsExactly(topic + "=wet", topic + "=dry");
        }
    }

    @Test
    void handsOnWhatADevicePublishedJustBeforeItLeft() {
        TestHandler handler = handler();
        String device = enrolled("k");
        try (var service = service().subscribe("garden/" + device)) {
            var client = Client.in(port, device, "k");
            var sent = client.publish("garden/" + device, "bye", MqttQos.AT_MOST_ONCE);
            sent.join();
            client.close();
            await().until(() -> handler.messages().size() == 1);
            handler.sayYes();
            await().until(() -> service.received.contains("garden/" + device + "=bye"));
        }
    }

    @Test
    void writesNothingButTheBrokersOwnFilesIntoItsFolder() throws IOException {
        try (var files = Files.list(home.resolve("mqtt"))) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder("conf", "broker", "extensions", "devices", "devices.lock");
        }
    }
}
