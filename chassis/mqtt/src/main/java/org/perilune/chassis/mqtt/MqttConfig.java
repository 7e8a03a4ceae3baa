package org.perilune.chassis.mqtt;

import org.perilune.chassis.settings.Secret;
import org.perilune.chassis.settings.Settings;
import org.perilune.chassis.tls.TlsConfig;

/** Where the MQTT broker is, and who we are there. */
public record MqttConfig(String host, int port, String user, Secret password, TlsConfig tls) {
    private static final int STANDARD_PORT = 1883;
    private static final int STANDARD_TLS_PORT = 8883;

    /** Without TLS. */
    public MqttConfig(String host, int port, String user, Secret password) {
        this(host, port, user, password, TlsConfig.OFF);
    }

    /**
     * Reads {@code mqtt.host}, {@code .port}, {@code .user}, {@code .password} (or {@code .password-file}), {@code
     * .tls.*}.
     */
    public static MqttConfig read(Settings in) {
        TlsConfig tls = TlsConfig.read(in, "mqtt");
        return new MqttConfig(
                in.text("mqtt.host", "127.0.0.1"),
                in.port("mqtt.port", tls.enabled() ? STANDARD_TLS_PORT : STANDARD_PORT),
                in.text("mqtt.user"),
                in.secret("mqtt.password"),
                tls);
    }
}
