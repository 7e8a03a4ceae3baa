package org.perilune.chassis.http;

import java.nio.ByteBuffer;
import java.util.Base64;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.contracts.Sha256;

/**
 * Where a page ended, as a text. With it goes a sum of the scope that it belongs to, so that it is not mistaken for
 * another's. It is not signed: whoever takes one must see to it that one made up opens nothing that the same caller could
 * not ask for. Query's database makes them, too, so their form is kept with its documents.
 */
public final class PageCursor {
    private static final int SUM = 8;

    private PageCursor() {}

    /**
     * @param position the values that tell the last one given, from the first byte to the buffer's position
     * @param scope everything that decides what is in the list, and its order
     */
    public static String text(ByteBuffer position, String scope) {
        ByteBuffer body = position.flip();
        ByteBuffer whole = ByteBuffer.allocate(body.remaining() + SUM).put(body).put(Sha256.of(scope), 0, SUM);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(whole.array());
    }

    /**
     * @param length of the position, in bytes
     * @return the position
     * @throws ServiceException.Malformed for anything but what {@link #text} gives for the same scope
     */
    public static ByteBuffer read(String text, int length, String scope) {
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
        if (!whole.slice(length, SUM).equals(ByteBuffer.wrap(Sha256.of(scope), 0, SUM))) {
            throw unknown();
        }
        return body;
    }

    /** For a position with values that no cursor has. */
    public static ServiceException unknown() {
        return Requests.malformed("cursor", "is none of ours, or belongs to another query");
    }
}
