package org.perilune.embedded.mqtt;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.exceptions.MqttSessionExpiredException;
import com.hivemq.client.mqtt.mqtt3.Mqtt3Client;
import org.junit.jupiter.api.Test;

/** Devices that speak MQTT 3. */
final class BrokerMqtt3Test extends WithBroker {
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
}
