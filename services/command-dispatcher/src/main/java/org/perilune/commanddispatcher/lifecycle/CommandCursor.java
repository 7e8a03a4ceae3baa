package org.perilune.commanddispatcher.lifecycle;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.UUID;
import org.perilune.chassis.http.PageCursor;
import org.perilune.chassis.runtime.ServiceException;

/** Where a page ended: the last command given. */
public record CommandCursor(Instant requestedAt, UUID id) {
    private static final int LENGTH = 3 * Long.BYTES;
    /** Year 9999: the greatest that all who read an instant agree on. */
    private static final long MOST_MICROS = 253_402_300_799_999_999L;

    public String text(String scope) {
        ByteBuffer position = ByteBuffer.allocate(LENGTH)
                .putLong(ChronoUnit.MICROS.between(Instant.EPOCH, requestedAt))
                .putLong(id.getMostSignificantBits())
                .putLong(id.getLeastSignificantBits());
        return PageCursor.text(position, scope);
    }

    /** @throws ServiceException.Malformed for anything but what {@link #text} gives for the same scope */
    public static CommandCursor read(String text, String scope) {
        ByteBuffer position = PageCursor.read(text, LENGTH, scope);
        long micros = position.getLong();
        if (micros < 0 || micros > MOST_MICROS) {
            throw PageCursor.unknown();
        }
        return new CommandCursor(
                Instant.EPOCH.plus(micros, ChronoUnit.MICROS), new UUID(position.getLong(), position.getLong()));
    }
}
