package org.perilune.telemetry.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.runtime.TraceContext;
import org.perilune.contracts.Streams;

/**
 * One entry of a stream.
 *
 * @param fields null where the entry is pending but was trimmed away
 */
record StreamEntry(byte[] id, @Nullable List<?> fields) {
    static StreamEntry of(Object answer) {
        List<?> pair = (List<?>) answer;
        return new StreamEntry((byte[]) pair.get(0), (List<?>) pair.get(1));
    }

    String idText() {
        return new String(id, UTF_8);
    }

    byte @Nullable [] field(String name) {
        List<?> all = fields;
        if (all == null) {
            return null;
        }
        for (int index = 0; index + 1 < all.size(); index += 2) {
            byte[] key = (byte[]) all.get(index);
            // Our names have one letter: nothing to compare but that.
            if (key.length == 1 && key[0] == name.charAt(0)) {
                return (byte[]) all.get(index + 1);
            }
        }
        return null;
    }

    /** Empty where there is none. */
    String text(String name) {
        byte[] value = field(name);
        return value == null ? "" : new String(value, UTF_8);
    }

    byte[] payload() {
        byte[] value = field(Streams.Field.PAYLOAD);
        return value == null ? new byte[0] : value;
    }

    /** Of all fields, about. */
    long bytes() {
        List<?> all = fields;
        long sum = 0;
        for (int index = 1; all != null && index < all.size(); index += 2) {
            sum += ((byte[]) all.get(index)).length;
        }
        return sum;
    }

    /** @param fallback where the entry does not say, or not legibly */
    long receivedMicros(long fallback) {
        byte[] digits = field(Streams.Field.RECEIVED);
        if (digits == null || digits.length == 0 || digits.length > 18) {
            return fallback;
        }
        long value = 0;
        for (byte digit : digits) {
            if (digit < '0' || digit > '9') {
                return fallback;
            }
            value = value * 10 + (digit - '0');
        }
        return value;
    }

    @Nullable
    UUID trace() {
        byte[] value = field(Streams.Field.TRACE);
        if (value == null) {
            return null;
        }
        return TraceContext.parse(new String(value, UTF_8))
                .map(TraceContext::traceId)
                .orElse(null);
    }
}
