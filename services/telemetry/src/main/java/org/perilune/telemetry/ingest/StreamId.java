package org.perilune.telemetry.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;

/** The id of a stream's entry. */
record StreamId(long millis, long number) implements Comparable<StreamId> {
    /** Beyond every entry. */
    static final StreamId END = new StreamId(-1, -1);

    static StreamId of(byte[] text) {
        String id = new String(text, UTF_8);
        int dash = id.indexOf('-');
        return new StreamId(
                Long.parseUnsignedLong(id.substring(0, dash)), Long.parseUnsignedLong(id.substring(dash + 1)));
    }

    @Override
    public int compareTo(StreamId other) {
        int first = Long.compareUnsigned(millis, other.millis);
        return first != 0 ? first : Long.compareUnsigned(number, other.number);
    }

    @Override
    public String toString() {
        return Long.toUnsignedString(millis) + "-" + Long.toUnsignedString(number);
    }
}
