package org.perilune.commanddispatcher.uplink;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.List;
import org.perilune.contracts.Streams;

/** One entry of the stream of acknowledgements. */
record AckEntry(byte[] id, List<?> fields) {
    private static final byte[] NOTHING = new byte[0];

    /** Who the broker says it was. */
    String device() {
        return new String(field(Streams.Field.DEVICE), UTF_8);
    }

    byte[] payload() {
        return field(Streams.Field.PAYLOAD);
    }

    byte[] received() {
        return field(Streams.Field.RECEIVED);
    }

    /** Empty where there is none. */
    private byte[] field(String name) {
        for (int index = 0; index + 1 < fields.size(); index += 2) {
            if (fields.get(index) instanceof byte[] key
                    && new String(key, UTF_8).equals(name)
                    && fields.get(index + 1) instanceof byte[] value) {
                return value;
            }
        }
        return NOTHING;
    }
}
