package org.perilune.commanddispatcher;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.UUID;
import org.perilune.chassis.Requests;
import org.perilune.chassis.ServiceException;

/**
 * Where a page ended: the last command given. It goes with a sum of the question it belongs to, so that it is not
 * mistaken for another's; it is no secret, and a forged one opens nothing that the same caller could not ask for.
 */
record CommandCursor(Instant requestedAt, UUID id) {
    private static final int SUM = 8;
    private static final int LENGTH = 3 * Long.BYTES + SUM;
    /** Year 9999: the greatest that all who read an instant agree on. */
    private static final long MOST_MICROS = 253_402_300_799_999_999L;

    String text(String question) {
        byte[] whole = ByteBuffer.allocate(LENGTH)
                .putLong(ChronoUnit.MICROS.between(Instant.EPOCH, requestedAt))
                .putLong(id.getMostSignificantBits())
                .putLong(id.getLeastSignificantBits())
                .put(sum(question), 0, SUM)
                .array();
        return Base64.getUrlEncoder().withoutPadding().encodeToString(whole);
    }

    /** @throws ServiceException.Malformed for anything but what {@link #text} gives for the same question */
    static CommandCursor read(String text, String question) {
        byte[] whole;
        try {
            whole = Base64.getUrlDecoder().decode(text);
        } catch (IllegalArgumentException failure) {
            throw unknown();
        }
        if (whole.length != LENGTH) {
            throw unknown();
        }
        ByteBuffer in = ByteBuffer.wrap(whole);
        long micros = in.getLong();
        var id = new UUID(in.getLong(), in.getLong());
        byte[] given = new byte[SUM];
        in.get(given);
        if (micros < 0
                || micros > MOST_MICROS
                || !ByteBuffer.wrap(given).equals(ByteBuffer.wrap(sum(question), 0, SUM))) {
            throw unknown();
        }
        return new CommandCursor(Instant.EPOCH.plus(micros, ChronoUnit.MICROS), id);
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
