package org.perilune.chassis;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.UUID;

/**
 * Where a page ended that is in the order of ids of {@link Ids}: the last one given. It goes with a sum of the question
 * it belongs to, so that it is not mistaken for another's; it is no secret, and a forged one opens nothing that the same
 * caller could not ask for.
 */
public final class IdCursor {
    private static final int SUM = 8;
    private static final int LENGTH = 2 * Long.BYTES + SUM;

    private IdCursor() {}

    /** @param question everything that decides what is in the list, and its order */
    public static String text(UUID last, String question) {
        byte[] whole = ByteBuffer.allocate(LENGTH)
                .putLong(last.getMostSignificantBits())
                .putLong(last.getLeastSignificantBits())
                .put(sum(question), 0, SUM)
                .array();
        return Base64.getUrlEncoder().withoutPadding().encodeToString(whole);
    }

    /** @throws ServiceException.Malformed for anything but what {@link #text} gives for the same question */
    public static UUID read(String text, String question) {
        byte[] whole;
        try {
            whole = Base64.getUrlDecoder().decode(text);
        } catch (IllegalArgumentException failure) {
            throw unknown();
        }
        ByteBuffer in = ByteBuffer.wrap(whole);
        if (whole.length != LENGTH || !in.slice(LENGTH - SUM, SUM).equals(ByteBuffer.wrap(sum(question), 0, SUM))) {
            throw unknown();
        }
        return new UUID(in.getLong(), in.getLong());
    }

    private static ServiceException unknown() {
        return Requests.malformed("cursor", "is none of ours, or belongs to another question");
    }

    private static byte[] sum(String question) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(question.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException failure) {
            throw new IllegalStateException("SHA-256 belongs to every JDK", failure);
        }
    }
}
