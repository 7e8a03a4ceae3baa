package org.perilune.batchrouter;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.perilune.contracts.MalformedTelemetry;
import org.perilune.contracts.Streams;
import org.perilune.contracts.TelemetryLimits;
import org.perilune.contracts.TelemetryScanner;
import org.perilune.contracts.Topics;

/**
 * Decides on a message's stream, and makes the arguments of its XADD. What is no telemetry goes to the rejects, and
 * so can be acknowledged: a device that cannot do better must not be held up for ever. Not safe for threads.
 */
final class Routes {
    private static final int KEPT_OF_TOO_LARGE = 64 * 1024;
    private static final int KNOWN_DEVICES = 100_000;
    private static final byte[] ANY_ID = bytes("*");
    private static final byte[] DEVICE = bytes(Streams.Field.DEVICE);
    private static final byte[] PAYLOAD = bytes(Streams.Field.PAYLOAD);
    private static final byte[] RECEIVED = bytes(Streams.Field.RECEIVED);
    private static final byte[] TRACE = bytes(Streams.Field.TRACE);
    private static final byte[] TOPIC = bytes(Streams.Field.TOPIC);
    private static final byte[] REASON = bytes(Streams.Field.REASON);
    private static final byte[] REJECTS = bytes(Streams.REJECTS);
    private static final byte[] CONNECT = bytes(Streams.CONNECT);
    private static final byte[] LAST_WILL = bytes(Streams.LAST_WILL);
    private static final byte[] ACKS = bytes(Streams.ACKS);
    private static final List<String> OUR_STREAMS = List.of("telemetry:", "command:");

    private static final Set<String> OUR_LEAVES =
            Set.of(Topics.TELEMETRY, Topics.CONNECT, Topics.LAST_WILL, Topics.ACK, Topics.STORED, Topics.COMMAND);

    private final TelemetryScanner scanner = new TelemetryScanner();
    private final Map<String, Device> telemetryTopics = new HashMap<>();

    private record Device(byte[] name, byte[] stream) {}

    /**
     * The arguments of XADD.
     *
     * @param eventStream the stream where it is of rejects or of what devices say of themselves; else null
     */
    record Entry(byte[][] arguments, @Nullable String eventStream) {
        boolean rejected() {
            return Streams.REJECTS.equals(eventStream);
        }

        int payloadBytes() {
            return arguments[arguments.length - 1].length;
        }
    }

    /** Whether a topic, and the stream that bears its name, is none of the product's own. */
    static boolean isOfUsers(String topic) {
        if (topic.equals(Topics.CONNECT) || topic.equals(Topics.LAST_WILL) || isOurStream(topic)) {
            return false;
        }
        return Topics.parse(topic)
                .map(Topics.FleetTopic::leaf)
                .filter(OUR_LEAVES::contains)
                .isEmpty();
    }

    private static boolean isOurStream(String topic) {
        return topic.equals(Streams.REJECTS) || OUR_STREAMS.stream().anyMatch(topic::startsWith);
    }

    /** Empty for what we ourselves said to a device: a subscription to everything brings it back to us. */
    Optional<Entry> entry(Message message) {
        Device known = telemetryTopics.get(message.topic());
        if (known != null) {
            return Optional.of(telemetry(message, known));
        }
        Optional<Topics.FleetTopic> fleet = Topics.parse(message.topic());
        if (fleet.isEmpty()) {
            return Optional.of(ofUser(message));
        }
        String device = fleet.get().device();
        if (!Topics.DEVICE_NAME.matcher(device).matches()) {
            return Optional.of(reject(message, "The topic's second level is not the name of a device"));
        }
        return switch (fleet.get().leaf()) {
            case Topics.STORED, Topics.COMMAND -> Optional.empty();
            case Topics.CONNECT -> Optional.of(plain(CONNECT, Streams.CONNECT, device, message));
            case Topics.LAST_WILL -> Optional.of(plain(LAST_WILL, Streams.LAST_WILL, device, message));
            case Topics.ACK -> Optional.of(plain(ACKS, null, device, message));
            case Topics.TELEMETRY -> Optional.of(telemetry(message, remember(message.topic(), device)));
            default -> Optional.of(named(device, message));
        };
    }

    private Device remember(String topic, String name) {
        var device = new Device(bytes(name), bytes(Streams.telemetry(Streams.partitionOf(name))));
        if (telemetryTopics.size() < KNOWN_DEVICES) {
            telemetryTopics.put(topic, device);
        }
        return device;
    }

    private Entry telemetry(Message message, Device device) {
        if (message.payload().length > TelemetryLimits.MOST_MESSAGE_BYTES) {
            return tooLarge(message);
        }
        try {
            scanner.scan(message.payload());
        } catch (MalformedTelemetry malformed) {
            return reject(message, String.valueOf(malformed.getMessage()));
        }
        return new Entry(add(device.stream, device.name, message, null, null), null);
    }

    private static Entry ofUser(Message message) {
        String topic = message.topic();
        if (topic.equals(Topics.CONNECT) || topic.equals(Topics.LAST_WILL)) {
            if (message.client().isEmpty()) {
                return reject(
                        message, "The broker does not say whose message it is; publish it in the device's branch");
            }
            return topic.equals(Topics.CONNECT)
                    ? plain(CONNECT, Streams.CONNECT, message.client(), message)
                    : plain(LAST_WILL, Streams.LAST_WILL, message.client(), message);
        }
        if (isOurStream(topic)) {
            return reject(message, "The topic has the name of a stream of Perilune's own");
        }
        return named(message.client(), message);
    }

    private static Entry named(String device, Message message) {
        if (message.payload().length > TelemetryLimits.MOST_MESSAGE_BYTES) {
            return tooLarge(message);
        }
        return new Entry(add(bytes(message.topic()), bytes(device), message, bytes(message.topic()), null), null);
    }

    private static Entry plain(byte[] stream, @Nullable String eventStream, String device, Message message) {
        if (message.payload().length > TelemetryLimits.MOST_MESSAGE_BYTES) {
            return tooLarge(message);
        }
        return new Entry(add(stream, bytes(device), message, null, null), eventStream);
    }

    private static Entry tooLarge(Message message) {
        byte[] head = Arrays.copyOf(message.payload(), KEPT_OF_TOO_LARGE);
        var shortened = new Message(
                message.client(),
                message.topic(),
                head,
                message.traceparent(),
                message.receivedMicros(),
                message.taken(),
                message.done());
        return reject(
                shortened,
                "The payload has %d bytes, %d at most are taken; only its head is kept"
                        .formatted(message.payload().length, TelemetryLimits.MOST_MESSAGE_BYTES));
    }

    static Entry reject(Message message, String reason) {
        String device =
                Topics.parse(message.topic()).map(Topics.FleetTopic::device).orElse(message.client());
        // A name that is none may be as long as a topic, and is in the topic anyway.
        byte[] name = bytes(Topics.DEVICE_NAME.matcher(device).matches() ? device : "");
        return new Entry(add(REJECTS, name, message, bytes(message.topic()), bytes(reason)), Streams.REJECTS);
    }

    private static byte[][] add(
            byte[] stream, byte[] device, Message message, byte @Nullable [] topic, byte @Nullable [] reason) {
        String traceparent = message.traceparent();
        int size = 8 + (traceparent == null ? 0 : 2) + (topic == null ? 0 : 2) + (reason == null ? 0 : 2);
        var arguments = new byte[size][];
        int at = 0;
        arguments[at++] = stream;
        arguments[at++] = ANY_ID;
        arguments[at++] = DEVICE;
        arguments[at++] = device;
        arguments[at++] = RECEIVED;
        arguments[at++] = bytes(Long.toString(message.receivedMicros()));
        if (traceparent != null) {
            arguments[at++] = TRACE;
            arguments[at++] = bytes(traceparent);
        }
        if (topic != null) {
            arguments[at++] = TOPIC;
            arguments[at++] = topic;
        }
        if (reason != null) {
            arguments[at++] = REASON;
            arguments[at++] = reason;
        }
        arguments[at++] = PAYLOAD;
        arguments[at] = message.payload();
        return arguments;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}
