package org.perilune.telemetry.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.UUID;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/**
 * Writes rows of a batch by COPY in PostgreSQL's binary format, from one reused buffer
 * (https://www.postgresql.org/docs/current/sql-copy.html, "Binary Format"). Not safe for threads.
 */
public final class FrameCopy {
    static final String COLUMNS = "(device_id, epoch, seq, device_time, received, trace_id, payload)";
    private static final byte[] HEADER = {
        'P', 'G', 'C', 'O', 'P', 'Y', '\n', (byte) 0xff, '\r', '\n', 0, 0, 0, 0, 0, 0, 0, 0, 0
    };
    private static final int FLUSH_AT = 64 * 1024;
    private static final int ROW_WITHOUT_PAYLOAD = 2 + 8 + 4 * 12 + 20 + 4;
    private static final long MICROS_1970_TO_2000 = 946_684_800_000_000L;

    private byte[] buffer = new byte[2 * FLUSH_AT];
    private int at;

    /** Which rows of a batch. */
    public enum Rows {
        ALL,
        /** Of devices that count their frames. */
        COUNTED,
        NOT_COUNTED;

        public boolean take(FrameBatch batch, int row) {
            return this == ALL || (batch.states[row].progress() != null) == (this == COUNTED);
        }
    }

    /** Rows {@code low} to {@code high - 1}, as far as they are wanted, into the table. */
    public void copy(Connection connection, String table, FrameBatch batch, int low, int high, Rows wanted)
            throws SQLException {
        CopyIn copy = connection
                .unwrap(PGConnection.class)
                .getCopyAPI()
                .copyIn("copy " + table + " " + COLUMNS + " from stdin (format binary)");
        try {
            at = 0;
            System.arraycopy(HEADER, 0, buffer, 0, HEADER.length);
            at = HEADER.length;
            for (int row = low; row < high; row++) {
                if (!wanted.take(batch, row)) {
                    continue;
                }
                row(batch, row);
                if (at >= FLUSH_AT) {
                    copy.writeToCopy(buffer, 0, at);
                    at = 0;
                }
            }
            room(2);
            putShort(-1);
            copy.writeToCopy(buffer, 0, at);
            copy.endCopy();
        } finally {
            if (copy.isActive()) {
                copy.cancelCopy();
            }
        }
    }

    private void row(FrameBatch batch, int row) {
        int length = batch.lengths[row];
        room(ROW_WITHOUT_PAYLOAD + length);
        putShort(7);
        putInt(4);
        putInt(batch.states[row].deviceId());
        putInt(8);
        putLong(batch.epochs[row]);
        putInt(8);
        putLong(batch.seqs[row]);
        putInt(8);
        putLong(batch.deviceMicros[row] - MICROS_1970_TO_2000);
        putInt(8);
        putLong(batch.receivedMicros[row] - MICROS_1970_TO_2000);
        UUID trace = batch.traces[row];
        if (trace == null) {
            putInt(-1);
        } else {
            putInt(16);
            putLong(trace.getMostSignificantBits());
            putLong(trace.getLeastSignificantBits());
        }
        putInt(length);
        System.arraycopy(batch.payloads[row], batch.froms[row], buffer, at, length);
        at += length;
    }

    private void room(int bytes) {
        if (buffer.length - at < bytes) {
            buffer = Arrays.copyOf(buffer, Math.max(buffer.length * 2, at + bytes));
        }
    }

    private void putShort(int value) {
        buffer[at++] = (byte) (value >> 8);
        buffer[at++] = (byte) value;
    }

    private void putInt(int value) {
        putShort(value >> 16);
        putShort(value);
    }

    private void putLong(long value) {
        putInt((int) (value >> 32));
        putInt((int) value);
    }
}
