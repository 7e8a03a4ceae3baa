package org.perilune.chassis.http;

import java.nio.ByteBuffer;
import java.util.UUID;
import org.perilune.chassis.runtime.Ids;
import org.perilune.chassis.runtime.ServiceException;

/** A {@link PageCursor} of a list in the order of ids of {@link Ids}: the last one given. */
public final class IdCursor {
    private static final int LENGTH = 2 * Long.BYTES;

    private IdCursor() {}

    /** @param scope everything that decides what is in the list, and its order */
    public static String text(UUID last, String scope) {
        ByteBuffer position = ByteBuffer.allocate(LENGTH)
                .putLong(last.getMostSignificantBits())
                .putLong(last.getLeastSignificantBits());
        return PageCursor.text(position, scope);
    }

    /** @throws ServiceException.Malformed for anything but what {@link #text} gives for the same scope */
    public static UUID read(String text, String scope) {
        ByteBuffer position = PageCursor.read(text, LENGTH, scope);
        return new UUID(position.getLong(), position.getLong());
    }
}
