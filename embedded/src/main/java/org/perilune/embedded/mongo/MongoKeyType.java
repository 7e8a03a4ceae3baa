package org.perilune.embedded.mongo;

import static java.nio.charset.StandardCharsets.UTF_8;

import de.bwaldvogel.mongo.backend.KeyValue;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.UUID;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.WriteBuffer;
import org.h2.mvstore.type.BasicDataType;
import org.h2.mvstore.type.ObjectDataType;

/**
 * Keeps the keys of unique indexes in some total order, in which equal keys are equal. H2 would serialise both sides of
 * every comparison. Usual values have a form of their own; the rest is left to H2.
 */
final class MongoKeyType extends BasicDataType<KeyValue> {
    static final MongoKeyType INSTANCE = new MongoKeyType();

    private static final byte OTHER = 0;
    private static final byte TEXT = 1;
    private static final byte NUMBER = 2;
    private static final byte INSTANT = 3;
    private static final byte UNIQUE_ID = 4;
    private static final int VALUE_BYTES = 64;
    private static final ObjectDataType OTHERS = new ObjectDataType();

    private MongoKeyType() {}

    private static byte kind(Object value) {
        return switch (value) {
            case String text -> TEXT;
            // The library makes this of all numbers.
            case Double number -> NUMBER;
            case Instant instant -> INSTANT;
            case UUID id -> UNIQUE_ID;
            case null, default -> OTHER;
        };
    }

    @Override
    public int compare(KeyValue first, KeyValue second) {
        int shared = Math.min(first.size(), second.size());
        for (int at = 0; at < shared; at++) {
            Object left = first.get(at);
            Object right = second.get(at);
            int order = Byte.compare(kind(left), kind(right));
            if (order == 0) {
                order = switch (left) {
                    case String text -> text.compareTo((String) right);
                    case Double number -> number.compareTo((Double) right);
                    case Instant instant -> instant.compareTo((Instant) right);
                    case UUID id -> id.compareTo((UUID) right);
                    case null, default -> OTHERS.compare(left, right);
                };
            }
            if (order != 0) {
                return order;
            }
        }
        return Integer.compare(first.size(), second.size());
    }

    @Override
    public int getMemory(KeyValue key) {
        int bytes = VALUE_BYTES;
        for (Object value : key) {
            bytes += VALUE_BYTES + (value instanceof String text ? text.length() : 0);
        }
        return bytes;
    }

    @Override
    public void write(WriteBuffer out, KeyValue key) {
        out.putVarInt(key.size());
        for (Object value : key) {
            out.put(kind(value));
            switch (value) {
                case String text -> {
                    byte[] bytes = text.getBytes(UTF_8);
                    out.putVarInt(bytes.length).put(bytes);
                }
                case Double number -> out.putLong(Double.doubleToRawLongBits(number));
                case Instant instant -> out.putLong(instant.getEpochSecond()).putInt(instant.getNano());
                case UUID id -> out.putLong(id.getMostSignificantBits()).putLong(id.getLeastSignificantBits());
                case null, default -> OTHERS.write(out, value);
            }
        }
    }

    @Override
    public KeyValue read(ByteBuffer in) {
        int size = DataUtils.readVarInt(in);
        var values = new ArrayList<Object>(size);
        for (int at = 0; at < size; at++) {
            values.add(
                    switch (in.get()) {
                        case TEXT -> {
                            var bytes = new byte[DataUtils.readVarInt(in)];
                            in.get(bytes);
                            yield new String(bytes, UTF_8);
                        }
                        case NUMBER -> Double.longBitsToDouble(in.getLong());
                        case INSTANT -> Instant.ofEpochSecond(in.getLong(), in.getInt());
                        case UNIQUE_ID -> new UUID(in.getLong(), in.getLong());
                        default -> OTHERS.read(in);
                    });
        }
        return new KeyValue(values);
    }

    @Override
    public KeyValue[] createStorage(int size) {
        return new KeyValue[size];
    }
}
