package org.perilune.chassis.mqtt;

import org.perilune.chassis.settings.Secret;
import org.perilune.chassis.settings.Settings;

/** Where the MQTT broker is, and who we are there. */
public record MqttConfig(String host, int port, String user, Secret password) {
    /** Reads {@code mqtt.host}, {@code .port}, {@code .user}, {@code .password} (or {@code .password-file}). */
    public static MqttConfig read(Settings in) {
        return new MqttConfig(
                in.text("mqtt.host", "127.0.0.1"),
                in.port("mqtt.port", 1883),
                in.text("mqtt.user"),
                in.secret("mqtt.password"));
    }
}
