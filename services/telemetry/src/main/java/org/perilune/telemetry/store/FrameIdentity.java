package org.perilune.telemetry.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import org.perilune.contracts.Sha256;

/**
 * What makes a frame the same frame. A device with a journal says so itself; without one, device, topic, time and
 * payload do, which is weaker: identical frames of one instant are one. Not safe for threads.
 */
public final class FrameIdentity {
    private final MessageDigest digest = Sha256.digest();

    /** Whether the device counts its frames itself. */
    public static boolean isCounted(long epoch, long seq) {
        return epoch > 0 && seq > 0;
    }

    /** The epoch of a frame without one, so that such frames are ordered by time; the time is after 1970. */
    public static long epochOf(long deviceMicros) {
        return -Math.max(1, deviceMicros);
    }

    /** The seq of a frame without one: 63 bits of SHA-256. */
    public long seqOf(String device, String topic, byte[] payload, int from, int length) {
        digest.reset();
        digest.update(device.getBytes(UTF_8));
        digest.update((byte) 0);
        digest.update(topic.getBytes(UTF_8));
        digest.update((byte) 0);
        digest.update(payload, from, length);
        return ByteBuffer.wrap(digest.digest()).getLong() & Long.MAX_VALUE;
    }
}
