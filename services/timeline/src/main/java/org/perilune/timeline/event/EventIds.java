package org.perilune.timeline.event;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.UUID;

/** Ids that follow from what they stand for: whoever makes the same thing again makes the same id. */
public final class EventIds {
    /** Of this product; any constant would do. */
    private static final UUID NAMESPACE = UUID.fromString("6f1d7c5e-6d0a-5b8e-9c54-0f1e7a2b3c4d");

    private EventIds() {}

    /** @param index of the event within the request */
    public static UUID requested(String route, String caller, String key, int index) {
        return named("request\n" + route + "\n" + caller + "\n" + key + "\n" + index);
    }

    public static UUID occurrence(UUID series, Instant time) {
        return named("occurrence\n" + series + "\n" + time);
    }

    public static UUID prediction(String device, String orbit, EventKind kind, Instant from) {
        return named("prediction\n" + device + "\n" + orbit + "\n" + kind + "\n" + from);
    }

    public static String hash(byte[] body) {
        return HexFormat.of().formatHex(digest("SHA-256").digest(body));
    }

    /** UUID version 5: https://www.rfc-editor.org/rfc/rfc9562#name-uuid-version-5 */
    private static UUID named(String name) {
        MessageDigest sha = digest("SHA-1");
        sha.update(ByteBuffer.allocate(16)
                .putLong(NAMESPACE.getMostSignificantBits())
                .putLong(NAMESPACE.getLeastSignificantBits())
                .array());
        ByteBuffer hash = ByteBuffer.wrap(sha.digest(name.getBytes(StandardCharsets.UTF_8)));
        long high = (hash.getLong() & ~0xf000L) | 0x5000L;
        long low = (hash.getLong() & 0x3fff_ffff_ffff_ffffL) | 0x8000_0000_0000_0000L;
        return new UUID(high, low);
    }

    private static MessageDigest digest(String algorithm) {
        try {
            return MessageDigest.getInstance(algorithm);
        } catch (NoSuchAlgorithmException failure) {
            throw new IllegalStateException(algorithm + " belongs to every JDK", failure);
        }
    }
}
