package org.perilune.contracts;

import java.util.Optional;
import java.util.regex.Pattern;

/** MQTT topics. A device owns the branch {@code fleet/{device}/} and nothing else. */
public final class Topics {
    /** Device names: letters, digits, '-', '_' and '.', starting with a letter or digit, at most 64 characters. */
    public static final Pattern DEVICE_NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

    /** What a device publishes and what it is told, the last level of its branch. */
    public static final String TELEMETRY = "telemetry";

    public static final String CONNECT = "connect";
    public static final String LAST_WILL = "lwt";
    public static final String ACK = "ack";
    public static final String STORED = "stored";
    public static final String COMMAND = "command";

    /** Above the topic of a last will that the embedded broker is to publish outside of the fleet. */
    public static final String WILL = "will";

    private static final String FLEET = "fleet/";

    private Topics() {}

    public static String of(String device, String leaf) {
        return FLEET + device + "/" + leaf;
    }

    /** What the embedded broker calls a device's last will on a topic of the users. */
    public static String willOf(String device, String topic) {
        return of(device, WILL + "/" + topic);
    }

    /** The device and leaf of a topic in the fleet's branch; empty for the users' own topics. */
    public static Optional<FleetTopic> parse(String topic) {
        if (!topic.startsWith(FLEET)) {
            return Optional.empty();
        }
        int slash = topic.indexOf('/', FLEET.length());
        if (slash < 0 || slash == FLEET.length() || slash == topic.length() - 1) {
            return Optional.empty();
        }
        return Optional.of(new FleetTopic(topic.substring(FLEET.length(), slash), topic.substring(slash + 1)));
    }

    public record FleetTopic(String device, String leaf) {}
}
