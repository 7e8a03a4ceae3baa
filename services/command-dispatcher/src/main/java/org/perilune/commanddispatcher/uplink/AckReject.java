package org.perilune.commanddispatcher.uplink;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.perilune.contracts.Streams;
import org.perilune.contracts.Topics;

/** An acknowledgement that means nothing, with its reason, for the rejects. */
record AckReject(AckEntry entry, String reason) {
    /** Of XADD. */
    byte[][] arguments() {
        String device = entry.device();
        return new byte[][] {
            bytes(Streams.REJECTS),
            bytes("*"),
            bytes(Streams.Field.DEVICE),
            bytes(device),
            bytes(Streams.Field.RECEIVED),
            entry.received(),
            bytes(Streams.Field.TOPIC),
            bytes(Topics.of(device, Topics.ACK)),
            bytes(Streams.Field.REASON),
            bytes(reason),
            bytes(Streams.Field.PAYLOAD),
            entry.payload()
        };
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}
