package org.perilune.chassis.mqtt;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.hivemq.client.mqtt.MqttClientSslConfig;
import com.hivemq.client.mqtt.MqttClientTransportConfig;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import com.hivemq.client.mqtt.mqtt5.Mqtt5ClientBuilder;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.perilune.chassis.tls.TlsContext;
import org.perilune.chassis.tls.TlsFailures;

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
        TlsContext tls = config.tls().enabled() ? TlsContext.open(config.tls()) : null;
        Mqtt5ClientBuilder builder = Mqtt5Client.builder()
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
                    } else if (tls != null) {
                        // Another one each time: a session that is taken up again would ask for no certificate.
                        MqttClientTransportConfig next = context.getReconnector()
                                .getTransportConfig()
                                .extend()
                                .sslConfig(ssl(tls))
                                .build();
                        context.getReconnector().transportConfig(next);
                    }
                });
        return tls == null ? builder : builder.sslConfig(ssl(tls));
    }

    /** Without a verifier of ours the client has Java compare names, which it does with one no more. */
    private static MqttClientSslConfig ssl(TlsContext tls) {
        return MqttClientSslConfig.builder()
                .keyManagerFactory(tls.keyManagers())
                .trustManagerFactory(tls.trustManagers())
                .build();
    }

    /** For people: why there is no connection. */
    public static String away(MqttConfig config, Throwable failure) {
        return "The MQTT broker is away: " + TlsFailures.reason(config.tls(), failure);
    }
}
