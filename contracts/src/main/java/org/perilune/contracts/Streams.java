package org.perilune.contracts;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;

/**
 * Redis streams between batch-router and its consumers, and the fields of their entries.
 *
 * <p>Telemetry is split into partitions by device: one device's frames stay in order, and copies of a consumer share
 * the partitions. Every topic that is not the product's own has a stream that bears the topic's name.
 */
public final class Streams {
    /** Changing this number needs an empty backlog: a device would move to another partition. */
    public static final int TELEMETRY_PARTITIONS = 4;

    /** {@code fleet/{device}/connect} and plain {@code connect}. */
    public static final String CONNECT = "connect";

    /** {@code fleet/{device}/lwt} and plain {@code lwt}. */
    public static final String LAST_WILL = "lwt";

    /** {@code fleet/{device}/ack}: what devices say of their commands, for command-dispatcher. */
    public static final String ACKS = "command:acks";

    /** What could not be decoded or stored, with {@link Field#REASON}; kept in the telemetry database. */
    public static final String REJECTS = "rejects";

    /** Readings that came over HTTP and are stored already: for live followers only, trimmed by length. */
    public static final String POSTED = "telemetry:posted";

    private static final String TELEMETRY = "telemetry:";

    private Streams() {}

    public static String telemetry(int partition) {
        return TELEMETRY + partition;
    }

    public static List<String> telemetryPartitions() {
        return IntStream.range(0, TELEMETRY_PARTITIONS)
                .mapToObj(Streams::telemetry)
                .toList();
    }

    public static int partitionOf(String device) {
        var crc = new CRC32C();
        crc.update(device.getBytes(StandardCharsets.UTF_8));
        return (int) (crc.getValue() % TELEMETRY_PARTITIONS);
    }

    /** Names of entry fields, short because every entry repeats them. */
    public static final class Field {
        /** The device, as the broker authenticated it. */
        public static final String DEVICE = "d";

        /** The MQTT payload, byte for byte. */
        public static final String PAYLOAD = "p";

        /** When the router took the message, microseconds since 1970, decimal. */
        public static final String RECEIVED = "r";

        /** W3C {@code traceparent} of the message, where it had one. */
        public static final String TRACE = "t";

        /** Topic the message came on: in user streams and rejects. */
        public static final String TOPIC = "o";

        /** Why the message was rejected: in rejects. */
        public static final String REASON = "e";

        private Field() {}
    }
}
