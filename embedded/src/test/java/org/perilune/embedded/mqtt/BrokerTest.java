package org.perilune.embedded.mqtt;

import static com.hivemq.client.mqtt.mqtt5.message.connect.connack.Mqtt5ConnAckReasonCode.BAD_USER_NAME_OR_PASSWORD;
import static com.hivemq.client.mqtt.mqtt5.message.connect.connack.Mqtt5ConnAckReasonCode.CLIENT_IDENTIFIER_NOT_VALID;
import static com.hivemq.client.mqtt.mqtt5.message.connect.connack.Mqtt5ConnAckReasonCode.NOT_AUTHORIZED;
import static com.hivemq.client.mqtt.mqtt5.message.connect.connack.Mqtt5ConnAckReasonCode.SERVER_UNAVAILABLE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.exceptions.MqttSessionExpiredException;
import com.hivemq.client.mqtt.mqtt3.Mqtt3Client;
import com.hivemq.client.mqtt.mqtt5.message.connect.Mqtt5Connect;
import com.hivemq.client.mqtt.mqtt5.message.publish.puback.Mqtt5PubAckReasonCode;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.suback.Mqtt5SubAckReasonCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.perilune.contracts.MessageRefused;
import org.perilune.contracts.TelemetryLimits;
import org.perilune.embedded.Client;
import org.perilune.embedded.host.BackendsConfig;
import org.perilune.embedded.host.Ports;

/** The broker alone: it needs neither of the other servers. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BrokerTest {
    private static final String SERVICE_PASSWORD = "the service's";

    private final BrokerMeters meters = new BrokerMeters();
    private Path home;
    private DeviceKeys devices;
    private BrokerExtension extension;
    private int port;
    private Broker broker;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        home = folder;
        devices = DeviceKeys.in(home);
        extension = new BrokerExtension(
                devices, Map.of("telemetry", SERVICE_PASSWORD), meters, BackendsConfig.DeviceLimit.USUAL);
        port = Ports.choose(0);
        broker = Broker.start(home.resolve("mqtt"), port, extension);
        assertThat(Client.refusal(port, Client.login("early", devices.enrol("early")), "early"))
                .isEqualTo(SERVER_UNAVAILABLE);
        service().close();
    }

    @AfterAll
    void stop() {
        broker.close();
    }

    /** A device of the test's own, so that tests do not meet. */
    private String enrolled(String key) {
        String name = "d-" + UUID.randomUUID();
        devices.enrol(name, key);
        return name;
    }

    private TestHandler handler() {
        var handler = new TestHandler();
        extension.onPublish(handler);
        return handler;
    }

    private Client service() {
        return Client.in(port, "telemetry", SERVICE_PASSWORD);
    }

    @Test
    void letsNobodyInWithoutTheRightKey() {
        handler();
        String device = enrolled("right");
        long before = meters.read().refusedConnections();
        assertThat(Client.refusal(port, Client.login(device, "wrong"), "x")).isEqualTo(BAD_USER_NAME_OR_PASSWORD);
        assertThat(Client.refusal(port, Client.login("unknown", "right"), "x")).isEqualTo(BAD_USER_NAME_OR_PASSWORD);
        assertThat(Client.refusal(port, Client.login("telemetry", "right"), "x"))
                .isEqualTo(BAD_USER_NAME_OR_PASSWORD);
        assertThat(Client.refusal(port, Client.login("", ""), "x")).isEqualTo(BAD_USER_NAME_OR_PASSWORD);
        assertThat(Client.refusal(port, Mqtt5Connect.builder().build(), "x")).isEqualTo(BAD_USER_NAME_OR_PASSWORD);
        assertThat(meters.read().refusedConnections()).isEqualTo(before + 5);
    }

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
    void sharedSubscriptionsAreJudgedByTheirTopics() {
        TestHandler handler = handler();
        handler.sayYes();
        String device = enrolled("k");
        String topic = "shared/" + device;
        try (var client = Client.in(port, device, "k")) {
            client.subscribe("$share/group/" + topic);
            client.publish(topic, "1").join();
            await().until(() -> client.received.contains(topic + "=1"));
            assertThat(client.subscriptionRefusal("$share/group/fleet/other/command"))
                    .isEqualTo(Mqtt5SubAckReasonCode.NOT_AUTHORIZED);
            assertThat(client.subscriptionRefusal("$share/group/#")).isEqualTo(Mqtt5SubAckReasonCode.NOT_AUTHORIZED);
        }
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
    void refusesPublishesOutsideADevicesTopics() {
        TestHandler handler = handler();
        handler.sayYes();
        long before = meters.read().refusedPublishes();
        String device = enrolled("k");
        try (var client = Client.in(port, device, "k")) {
            assertThat(client.refusal("fleet/other/telemetry")).isEqualTo(Mqtt5PubAckReasonCode.NOT_AUTHORIZED);
            assertThat(client.refusal("fleet/" + device + "/command")).isEqualTo(Mqtt5PubAckReasonCode.NOT_AUTHORIZED);
            client.publish("fleet/" + device + "/telemetry", "still welcome").join();
        }
        assertThat(handler.messages()).hasSize(1);
        assertThat(meters.read().refusedPublishes()).isEqualTo(before + 2);
    }

    @Test
    void refusesSubscriptionsOutsideADevicesTopics() {
        handler().sayYes();
        String device = enrolled("k");
        try (var client = Client.in(port, device, "k")) {
            for (String filter : List.of("#", "fleet/+/command", "$share/g/fleet/+/command")) {
                assertThat(client.subscriptionRefusal(filter)).isEqualTo(Mqtt5SubAckReasonCode.NOT_AUTHORIZED);
            }
            client.subscribe("fleet/" + device + "/#");
        }
    }

    @Test
    void deliversWhatServicesSayWithoutAskingTheHook() {
        TestHandler handler = handler();
        String device = enrolled("k");
        try (var client = Client.in(port, device, "k").subscribe("fleet/" + device + "/stored");
                var service = service()) {
            service.publish("fleet/" + device + "/stored", "7").join();
            await().until(() -> !client.received.isEmpty());
            assertThat(client.received).containsExactly("fleet/" + device + "/stored=7");
            assertThat(handler.messages()).isEmpty();
        }
    }

    @Test
    void publishesTheWillOfADeviceThatVanishes() {
        handler().sayYes();
        String device = enrolled("k");
        try (var service = service().subscribe("fleet/+/lwt")) {
            var connect = will(device, "fleet/" + device + "/lwt");
            var mortal = com.hivemq.client.mqtt.mqtt5.Mqtt5Client.builder()
                    .serverHost("127.0.0.1")
                    .serverPort(port)
                    .buildBlocking();
            mortal.connect(connect);
            devices.remove(device);
            await().until(() -> service.received.contains("fleet/" + device + "/lwt=gone"));
            assertThat(mortal.getState().isConnected()).isFalse();
        }
    }

    @Test
    void refusesAWillInAnothersBranch() {
        handler();
        String device = enrolled("k");
        assertThat(Client.refusal(port, will(device, "fleet/other/lwt"), "w-" + device))
                .isEqualTo(NOT_AUTHORIZED);
    }

    @Test
    void publishesAWillOnAUsersTopicWhereItCanBeKept() {
        handler().sayYes();
        String device = enrolled("k");
        try (var service = service().subscribe("$share/router/fleet/+/will/#")) {
            var mortal = com.hivemq.client.mqtt.mqtt5.Mqtt5Client.builder()
                    .serverHost("127.0.0.1")
                    .serverPort(port)
                    .buildBlocking();
            mortal.connect(will(device, "weather/" + device));
            devices.remove(device);
            await().until(() -> service.received.contains("fleet/" + device + "/will/weather/" + device + "=gone"));
        }
        assertThat(Client.refusal(port, will(enrolled("k"), "a/b/c/d/e/f/g/h/i"), "deep-will"))
                .isEqualTo(NOT_AUTHORIZED);
    }

    private static Mqtt5Connect will(String device, String topic) {
        return Client.login(device, "k")
                .extend()
                .willPublish()
                .topic(topic)
                .qos(MqttQos.AT_LEAST_ONCE)
                .payload("gone".getBytes(UTF_8))
                .applyWillPublish()
                .build();
    }

    @Test
    void keepsSessionsFromOtherDevices() {
        handler();
        String owner = enrolled("k");
        String thief = enrolled("k");
        var login = Client.login(thief, "k");
        var lasting = login.extend().sessionExpiryInterval(60).build();
        try (var own = Client.in(port, owner, "k", "some-id")) {
            assertThat(Client.refusal(port, login, "some-id")).isEqualTo(CLIENT_IDENTIFIER_NOT_VALID);
            assertThat(Client.refusal(port, login, owner)).isEqualTo(CLIENT_IDENTIFIER_NOT_VALID);
            assertThat(Client.refusal(port, login, owner + ":1")).isEqualTo(CLIENT_IDENTIFIER_NOT_VALID);
            assertThat(Client.refusal(port, login, "telemetry-1")).isEqualTo(CLIENT_IDENTIFIER_NOT_VALID);
            assertThat(Client.refusal(port, lasting, "any")).isEqualTo(CLIENT_IDENTIFIER_NOT_VALID);
            assertThat(own.isConnected()).isTrue();
        }
        Client.in(port, thief, "k", thief + ":2").close();
    }

    @Test
    void servesMqtt3() {
        handler().sayYes();
        String device = enrolled("k");
        var client = Mqtt3Client.builder()
                .serverHost("127.0.0.1")
                .serverPort(port)
                .identifier(device)
                .buildBlocking();
        client.connectWith()
                .cleanSession(false)
                .keepAlive(0)
                .simpleAuth()
                .username(device)
                .password("k".getBytes(UTF_8))
                .applySimpleAuth()
                .send();
        for (MqttQos qos : MqttQos.values()) {
            client.publishWith()
                    .topic("fleet/" + device + "/telemetry")
                    .qos(qos)
                    .payload(new byte[200_000])
                    .send();
        }
        client.disconnect();
    }

    @Test
    void cutsOffMqtt3ForWhatItHasNoWordFor() {
        handler().sayYes();
        String device = enrolled("k");
        byte[] tooLarge = new byte[300_000];
        assertThat(publishesByMqtt3(device, "fleet/" + device + "/telemetry", new byte[0]))
                .isTrue();
        assertThat(publishesByMqtt3(device, "fleet/other/telemetry", new byte[0]))
                .isFalse();
        assertThat(publishesByMqtt3(device, "fleet/" + device + "/telemetry", tooLarge))
                .isFalse();
    }

    private boolean publishesByMqtt3(String device, String topic, byte[] payload) {
        var client = Mqtt3Client.builder()
                .serverHost("127.0.0.1")
                .serverPort(port)
                .identifier(device)
                .buildBlocking();
        client.connectWith()
                .simpleAuth()
                .username(device)
                .password("k".getBytes(UTF_8))
                .applySimpleAuth()
                .send();
        try {
            client.publishWith()
                    .topic(topic)
                    .qos(MqttQos.AT_LEAST_ONCE)
                    .payload(payload)
                    .send();
            client.disconnect();
            return true;
        } catch (MqttSessionExpiredException cutOff) {
            return false;
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
    void refusesDevicesAgainWhenTheHookGoes() {
        TestHandler handler = handler();
        String device = enrolled("k");
        try (var client = Client.in(port, device, "k")) {
            extension.onPublish(null);
            assertThat(Client.refusal(port, Client.login(device, "k"), device + ":2"))
                    .isEqualTo(SERVER_UNAVAILABLE);
            var sent = client.publish("fleet/" + device + "/telemetry", "frame");
            await().until(() -> client.cutOffs.get() == 1);
            assertThat(sent.isDone() && !sent.isCompletedExceptionally()).isFalse();
            assertThat(handler.messages()).isEmpty();
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
