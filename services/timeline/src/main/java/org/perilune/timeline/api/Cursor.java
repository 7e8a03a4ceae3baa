package org.perilune.timeline.api;

import java.nio.ByteBuffer;
import java.util.UUID;
import org.perilune.chassis.http.PageCursor;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.timeline.event.Position;

/** Where a page ended; one made up gives what the same question with another {@code from} would have given. */
final class Cursor {
    private static final int LENGTH = 3 * Long.BYTES;

    private Cursor() {}

    static String of(Position position, String question) {
        ByteBuffer body = ByteBuffer.allocate(LENGTH)
                .putLong(position.timeMillis())
                .putLong(position.id().getMostSignificantBits())
                .putLong(position.id().getLeastSignificantBits());
        return PageCursor.text(body, question);
    }

    /** @throws ServiceException.Malformed for anything but what {@link #of} gave for the same question */
    static Position read(String text, String question) {
        ByteBuffer in = PageCursor.read(text, LENGTH, question);
        return new Position(in.getLong(), new UUID(in.getLong(), in.getLong()));
    }
}
