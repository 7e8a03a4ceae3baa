package org.perilune.chassis.http;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import org.perilune.chassis.runtime.ServiceException;

/**
 * Where a page ended, as a text. With it goes a sum of the question that it belongs to, so that it is not mistaken for
 * another's. It is not signed: whoever takes one must see to it that one made up opens nothing that the same caller could
 * not ask for. Query's database makes them, too, so their form is kept with its documents.
 */
public final class PageCursor {
    private static final int SUM = 8;

    private PageCursor() {}

    /**
     * @param position the values that tell the last one given, from the first byte to the buffer's position
     * @param question everything that decides what is in the list, and its order
     */
    public static String text(ByteBuffer position, String question) {
        ByteBuffer body = position.flip();
        ByteBuffer whole = ByteBuffer.allocate(body.remaining() + SUM).put(body).put(sum(question), 0, SUM);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(whole.array());
    }

    /**
     * @param length of the position, in bytes
     * @return the position
     * @throws ServiceException.Malformed for anything but what {@link #text} gives for the same question
     */
    public static ByteBuffer read(String text, int length, String question) {
        ByteBuffer whole;
        try {
            whole = ByteBuffer.wrap(Base64.getUrlDecoder().decode(text));
        } catch (IllegalArgumentException failure) {
            throw unknown();
        }
        if (whole.remaining() != length + SUM) {
            throw unknown();
        }
        ByteBuffer body = whole.slice(0, length);
        if (!whole.slice(length, SUM).equals(ByteBuffer.wrap(sum(question), 0, SUM))) {
            throw unknown();
        }
        return body;
    }

    /** For a position with values that no cursor has. */
    public static ServiceException unknown() {
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
