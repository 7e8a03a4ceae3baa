package org.perilune.timeline.api;

import java.nio.ByteBuffer;
import java.util.UUID;
import org.perilune.chassis.http.PageCursor;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.timeline.event.Position;

/** Where a page ended; one made up gives what the same query with another {@code from} would have given. */
final class Cursor {
    private static final int LENGTH = 3 * Long.BYTES;

    private Cursor() {}

    static String of(Position position, String scope) {
        ByteBuffer body = ByteBuffer.allocate(LENGTH)
                .putLong(position.timeMillis())
                .putLong(position.id().getMostSignificantBits())
                .putLong(position.id().getLeastSignificantBits());
        return PageCursor.text(body, scope);
    }

    /** @throws ServiceException.Malformed for anything but what {@link #of} gave for the same scope */
    static Position read(String text, String scope) {
        ByteBuffer in = PageCursor.read(text, LENGTH, scope);
        return new Position(in.getLong(), new UUID(in.getLong(), in.getLong()));
    }
}
