package org.perilune.sdk;

import java.nio.charset.StandardCharsets;

/** A device's secret. Never shows itself in logs or messages. */
public final class DeviceKey {
    private final String value;

    private DeviceKey(String value) {
        this.value = value;
    }

    /** @throws IllegalArgumentException if blank; white space around the key is dropped, as key files end in a newline */
    public static DeviceKey of(String value) {
        String stripped = value.strip();
        if (stripped.isEmpty()) {
            throw new IllegalArgumentException("A device key must not be empty");
        }
        return new DeviceKey(stripped);
    }

    byte[] bytes() {
        return value.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
        return "[redacted]";
    }
}
