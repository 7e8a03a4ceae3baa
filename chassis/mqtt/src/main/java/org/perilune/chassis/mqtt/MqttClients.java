package org.perilune.chassis.mqtt;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import com.hivemq.client.mqtt.mqtt5.Mqtt5ClientBuilder;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Clients of the MQTT broker, as all services make them. */
public final class MqttClients {
    private MqttClients() {}

    /**
     * A client that knows broker and password, and connects again whenever the connection is lost: after 200 ms at first,
     * after 5 s at most.
     *
     * @param identifier of the session; two with the same end each other's connections
     * @param closing from when on it does not connect again
     */
    public static Mqtt5ClientBuilder builder(MqttConfig config, String identifier, BooleanSupplier closing) {
        return Mqtt5Client.builder()
                .identifier(identifier)
                .serverHost(config.host())
                .serverPort(config.port())
                .simpleAuth()
                .username(config.user())
                .password(config.password().reveal().getBytes(UTF_8))
                .applySimpleAuth()
                .automaticReconnect()
                .initialDelay(200, TimeUnit.MILLISECONDS)
                .maxDelay(5, TimeUnit.SECONDS)
                .applyAutomaticReconnect()
                .addDisconnectedListener(context -> {
                    if (closing.getAsBoolean()) {
                        context.getReconnector().reconnect(false);
                    }
                });
    }
}
