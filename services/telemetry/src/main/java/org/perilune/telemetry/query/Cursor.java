package org.perilune.telemetry.query;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.perilune.chassis.http.PageCursor;
import org.perilune.chassis.runtime.ServiceException;

/**
 * Where a page ended: the last reading given. Signed, together with the scope it belongs to, so that only what we
 * gave comes back.
 *
 * @param effectiveMicros the least device time given of the reading's mark
 * @param markEpoch 0 for readings that do not count
 */
record Cursor(long minuteMicros, long effectiveMicros, int device, long markEpoch, long epoch, long seq) {
    private static final int BODY = 5 * Long.BYTES + Integer.BYTES;
    private static final int SIGNATURE = 16;

    String sign(byte[] key, String scope) {
        byte[] body = ByteBuffer.allocate(BODY)
                .putLong(minuteMicros)
                .putLong(effectiveMicros)
                .putInt(device)
                .putLong(markEpoch)
                .putLong(epoch)
                .putLong(seq)
                .array();
        byte[] whole = Arrays.copyOf(body, BODY + SIGNATURE);
        System.arraycopy(signature(key, body, scope), 0, whole, BODY, SIGNATURE);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(whole);
    }

    /** @throws ServiceException.Malformed for anything but what {@link #sign} gave for the same scope */
    static Cursor read(String text, byte[] key, String scope) {
        byte[] whole;
        try {
            whole = Base64.getUrlDecoder().decode(text);
        } catch (IllegalArgumentException failure) {
            throw unknown();
        }
        if (whole.length != BODY + SIGNATURE) {
            throw unknown();
        }
        byte[] body = Arrays.copyOf(whole, BODY);
        byte[] given = Arrays.copyOfRange(whole, BODY, whole.length);
        if (!MessageDigest.isEqual(given, Arrays.copyOf(signature(key, body, scope), SIGNATURE))) {
            throw unknown();
        }
        ByteBuffer in = ByteBuffer.wrap(body);
        return new Cursor(in.getLong(), in.getLong(), in.getInt(), in.getLong(), in.getLong(), in.getLong());
    }

    private static ServiceException unknown() {
        return PageCursor.unknown();
    }

    private static byte[] signature(byte[] key, byte[] body, String scope) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            mac.update(body);
            return mac.doFinal(scope.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException failure) {
            throw new IllegalStateException("HMAC-SHA256 belongs to every JDK", failure);
        }
    }
}
