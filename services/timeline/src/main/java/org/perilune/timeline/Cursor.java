package org.perilune.timeline;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.UUID;
import org.perilune.chassis.Requests;
import org.perilune.chassis.ServiceException;

/**
 * Where a page ended, with the question it belongs to. It is not signed: whoever makes one up gets what the same question
 * with another {@code from} would have given.
 */
final class Cursor {
    private static final int BODY = 3 * Long.BYTES;
    private static final int CHECK = 8;

    private Cursor() {}

    static String of(Position position, String question) {
        byte[] body = ByteBuffer.allocate(BODY)
                .putLong(position.timeMillis())
                .putLong(position.id().getMostSignificantBits())
                .putLong(position.id().getLeastSignificantBits())
                .array();
        byte[] whole = Arrays.copyOf(body, BODY + CHECK);
        System.arraycopy(check(body, question), 0, whole, BODY, CHECK);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(whole);
    }

    /** @throws ServiceException.Malformed for anything but what {@link #of} gave for the same question */
    static Position read(String text, String question) {
        byte[] whole;
        try {
            whole = Base64.getUrlDecoder().decode(text);
        } catch (IllegalArgumentException failure) {
            throw unknown();
        }
        byte[] body = Arrays.copyOf(whole, BODY);
        if (whole.length != BODY + CHECK
                || !Arrays.equals(check(body, question), 0, CHECK, whole, BODY, BODY + CHECK)) {
            throw unknown();
        }
        ByteBuffer in = ByteBuffer.wrap(body);
        return new Position(in.getLong(), new UUID(in.getLong(), in.getLong()));
    }

    private static ServiceException unknown() {
        return Requests.malformed("cursor", "is none of ours, or belongs to another question");
    }

    private static byte[] check(byte[] body, String question) {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            sha.update(body);
            return sha.digest(question.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException failure) {
            throw new IllegalStateException("SHA-256 belongs to every JDK", failure);
        }
    }
}
