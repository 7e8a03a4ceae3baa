package org.perilune.telemetry;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Not run by name pattern: {@code -Dtest=ReadFigures}. Prints how fast reads are over a million frames and a year. */
class ReadFigures {
    @Test
    void measure(@TempDir Path home) throws Exception {
        try (var telemetry = new ReadFixture(home);
                var sql = telemetry.stores.sql.createStatement()) {
            sql.execute("insert into device (name) select 'd' || n from generate_series(1, 10) n");
            sql.execute("insert into parameter (device_id, name) select id, 'altitude' from device");
            // One Frame of four values; the seq inside does not matter here.
            byte[] payload = IngestFixture.frame(1, IngestFixture.NOON_MICROS).toByteArray();
            String hex = "'\\x" + java.util.HexFormat.of().formatHex(payload) + "'::bytea";
            sql.execute("insert into frame select d, 5, n, to_timestamp(1795000000 + n), now(), null, " + hex
                    + " from generate_series(1, 10) d, generate_series(1, 100000) n");
            sql.execute(
                    "insert into mark select device_id, date_trunc('minute', device_time), 5, min(seq), max(seq), true"
                            + " from frame group by 1, 2");
            for (int level : new int[] {60, 900, 14_400}) {
                sql.execute("insert into rollup select 1, (select id from parameter where device_id = 1), " + level
                        + ", to_timestamp(t), 1, 2, 90, 60 from generate_series(1764547200::bigint, 1796083200, "
                        + level
                        + ") t");
            }
            sql.execute("analyze");
            Path script = Files.writeString(home.resolve("token"), telemetry.token);
            for (String path : new String[] {
                "/data?limit=100",
                "/series?device=d1&parameter=altitude&from=2026-06-01T00:00:00Z&to=2026-06-02T00:00:00Z",
                "/series?device=d1&parameter=altitude&from=2025-12-01T00:00:00Z&to=2026-11-30T00:00:00Z"
            }) {
                for (int connections : path.startsWith("/data") ? new int[] {8, 32, 32} : new int[] {1, 1}) {
                    var wrk = new ProcessBuilder(
                                    "wrk",
                                    "-t1",
                                    "-c" + connections,
                                    "-d5s",
                                    "--latency",
                                    "-H",
                                    "Authorization: Bearer " + Files.readString(script),
                                    "http://127.0.0.1:" + telemetry.service.port() + path)
                            .redirectErrorStream(true)
                            .start();
                    System.out.println("FIGURE " + path + " c=" + connections + "\n"
                            + new String(wrk.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8));
                }
            }
        }
    }
}
