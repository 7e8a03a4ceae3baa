package org.perilune.telemetry.ingest;

/**
 * How much is read at once. It halves when storing failed, since what timed out at one size would for ever, and doubles
 * when it went well. Not safe for threads.
 */
final class BatchSize {
    /** Entries that are read between two looks at their size: the bytes may be exceeded by as many. */
    static final int CHUNK = 16;

    private static final int LEAST_BYTES = 64 * 1024;

    private final int mostEntries;
    private final int mostBytes;
    private int entries;
    private int bytes;

    BatchSize(int mostEntries, int mostBytes) {
        this.mostEntries = mostEntries;
        this.mostBytes = mostBytes;
        this.entries = mostEntries;
        this.bytes = mostBytes;
    }

    /** Of each stream. */
    int entries() {
        return entries;
    }

    /** Of all streams together. */
    int bytes() {
        return bytes;
    }

    void failed() {
        entries = Math.max(1, entries / 2);
        bytes = Math.max(LEAST_BYTES, bytes / 2);
    }

    void went() {
        entries = Math.min(mostEntries, entries * 2);
        bytes = Math.min(mostBytes, bytes * 2);
    }
}
