package org.perilune.telemetry.rollup;

import java.nio.file.Path;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.perilune.contracts.v1.Frame;
import org.perilune.contracts.v1.Value;
import org.perilune.telemetry.IngestFixture;

/** Not run by name pattern: {@code -Dtest=RollupFigures}. Prints how fast an idle machine rolls up a million frames. */
class RollupFigures {
    private static final int FRAMES = 1_000_000;

    @Test
    void measure(@TempDir Path home) throws Exception {
        try (var stores = new IngestFixture(home)) {
            stores.service().close();
            for (int values : new int[] {1, 10}) {
                Frame.Builder frame = Frame.newBuilder().setSeq(1).setStatus("nominal");
                for (int value = 0; value < values; value++) {
                    frame.addValues(Value.newBuilder().setName("value-" + value).setNumber(1.5 * value));
                }
                String device = "device-" + values;
                stores.run("insert into device (name) values ('" + device + "')");
                long id = stores.count("select id from device where name = '" + device + "'");
                stores.run("insert into frame select " + id + ", 5, n, timestamptz '2027-01-15 00:00Z'"
                        + " + n * interval '10 milliseconds', now(), null, '\\x"
                        + HexFormat.of().formatHex(frame.build().toByteArray())
                        + "'::bytea from generate_series(1, " + FRAMES + ") n");
                stores.run("insert into mark select device_id, date_trunc('minute', device_time), 5, min(seq),"
                        + " max(seq) from frame where device_id = " + id + " group by 1, 2");
                stores.run("analyze");
                try (var connection = stores.connect()) {
                    long began = System.nanoTime();
                    int transactions = 0;
                    while (new Rollup(connection).roll((int) id) > 0) {
                        transactions++;
                    }
                    double seconds = (System.nanoTime() - began) / 1e9;
                    System.out.printf(
                            "FIGURE %d values: %.0f frames/s in %d transactions%n",
                            values, FRAMES / seconds, transactions);
                }
            }
        }
    }
}
