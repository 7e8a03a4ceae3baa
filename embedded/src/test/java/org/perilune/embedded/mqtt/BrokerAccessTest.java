package org.perilune.embedded.mqtt;

import static com.hivemq.client.mqtt.mqtt5.message.connect.connack.Mqtt5ConnAckReasonCode.BAD_USER_NAME_OR_PASSWORD;
import static com.hivemq.client.mqtt.mqtt5.message.connect.connack.Mqtt5ConnAckReasonCode.CLIENT_IDENTIFIER_NOT_VALID;
import static com.hivemq.client.mqtt.mqtt5.message.connect.connack.Mqtt5ConnAckReasonCode.NOT_AUTHORIZED;
import static com.hivemq.client.mqtt.mqtt5.message.connect.connack.Mqtt5ConnAckReasonCode.SERVER_UNAVAILABLE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.message.connect.Mqtt5Connect;
import com.hivemq.client.mqtt.mqtt5.message.publish.puback.Mqtt5PubAckReasonCode;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.suback.Mqtt5SubAckReasonCode;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.perilune.embedded.Client;

/** Who comes in, and who may say and hear what. */
final class BrokerAccessTest extends WithBroker {
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
}
