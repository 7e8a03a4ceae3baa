package org.perilune.bench.seed;

import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.perilune.bench.instance.Instance;
import org.perilune.bench.load.FrameTemplate;
import org.perilune.bench.report.BenchException;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/**
 * The same rows loaded by nothing but COPY: two connections, 10,000 rows a transaction, a table with frame's definition
 * and key. What PostgreSQL can do at the most on this machine.
 */
public final class BareCopy {
    private static final int CONNECTIONS = 2;
    private static final int ROWS = 10_000;
    private static final byte[] HEADER = {
        'P', 'G', 'C', 'O', 'P', 'Y', '\n', (byte) 0xff, '\r', '\n', 0, 0, 0, 0, 0, 0, 0, 0, 0
    };
    private static final long MICROS_1970_TO_2000 = 946_684_800_000_000L;

    private BareCopy() {}

    /** @return rows a second */
    public static double measure(Instance instance, int seconds) throws SQLException, InterruptedException {
        try (Connection connection = instance.database();
                var statement = connection.createStatement()) {
            statement.execute("drop table if exists bench_copy");
            statement.execute("create table bench_copy (like frame including all)");
            try (var executor = Executors.newFixedThreadPool(CONNECTIONS)) {
                var parts = new ArrayList<Callable<Long>>();
                for (int part = 1; part <= CONNECTIONS; part++) {
                    int device = part;
                    parts.add(() -> load(instance, device, seconds));
                }
                long start = System.nanoTime();
                long rows = 0;
                for (Future<Long> part : executor.invokeAll(parts)) {
                    rows += part.get();
                }
                return rows / ((System.nanoTime() - start) / 1e9);
            } catch (ExecutionException failure) {
                throw new BenchException("COPY failed: " + failure.getCause(), failure);
            } finally {
                statement.execute("drop table bench_copy");
            }
        }
    }

    private static long load(Instance instance, int part, int seconds) throws SQLException {
        var template = new FrameTemplate();
        var buffer = ByteBuffer.allocate(ROWS * 512);
        long end = System.nanoTime() + seconds * 1_000_000_000L;
        long rows = 0;
        try (Connection connection = instance.database()) {
            while (System.nanoTime() - end < 0) {
                buffer.clear();
                buffer.put(HEADER);
                for (int row = 0; row < ROWS; row++) {
                    // A hundred devices a connection, side by side, as in the chain that is compared.
                    long seq = rows / 100 + 1;
                    row(buffer, part * 1_000 + (int) (rows % 100), 1, seq, template.frame(seq, rows + 1), rows);
                    rows++;
                }
                buffer.putShort((short) -1);
                copy(connection, "bench_copy", buffer);
            }
        }
        return rows;
    }

    static void copy(Connection connection, String table, ByteBuffer rows) throws SQLException {
        CopyIn copy = connection
                .unwrap(PGConnection.class)
                .getCopyAPI()
                .copyIn("copy " + table + " (device_id, epoch, seq, device_time, received, trace_id, payload)"
                        + " from stdin (format binary)");
        var bytes = new byte[rows.position()];
        rows.get(0, bytes);
        copy.writeToCopy(bytes, 0, bytes.length);
        copy.endCopy();
    }

    static void header(ByteBuffer buffer) {
        buffer.clear().put(HEADER);
    }

    static void row(ByteBuffer buffer, int device, long epoch, long seq, byte[] payload, long timeMicros) {
        buffer.putShort((short) 7);
        buffer.putInt(4).putInt(device);
        buffer.putInt(8).putLong(epoch);
        buffer.putInt(8).putLong(seq);
        buffer.putInt(8).putLong(timeMicros - MICROS_1970_TO_2000);
        buffer.putInt(8).putLong(timeMicros - MICROS_1970_TO_2000);
        buffer.putInt(-1);
        buffer.putInt(payload.length).put(payload);
    }
}
