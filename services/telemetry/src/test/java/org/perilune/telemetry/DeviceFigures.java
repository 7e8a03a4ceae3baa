package org.perilune.telemetry;

import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Not run by name pattern: {@code -Dtest=DeviceFigures}. Prints how fast a list of 1,000 devices with 10 parameters is,
 * each with an early hole in a long epoch.
 */
class DeviceFigures {
    @Test
    void measure(@TempDir Path home) throws Exception {
        try (var telemetry = new ReadFixture(home)) {
            IngestFixture stores = telemetry.stores;
            stores.run("insert into device (name) select 'd' || n from generate_series(1, 1000) n");
            stores.run("insert into parameter (device_id, name, unit, critical_high)"
                    + " select d.id, 'parameter-' || n, 'km', 9 from device d, generate_series(1, 10) n");
            stores.run("insert into latest select d.id, now(), now(), 'nominal', (select jsonb_object_agg('parameter-'"
                    + " || n, jsonb_build_object('value', 1.5 * n, 'time', '2027-01-15T00:00:00Z'))"
                    + " from generate_series(1, 10) n) from device d");
            stores.run("insert into progress select id, 5, 1, 1000000, '{[3,1000000]}', 1 from device");
            stores.run("analyze");
            for (String path : new String[] {"/devices", "/devices/d500"}) {
                var nanos = new long[300];
                for (int round = 0; round < nanos.length; round++) {
                    long began = System.nanoTime();
                    telemetry.get(path);
                    nanos[round] = System.nanoTime() - began;
                }
                Arrays.sort(nanos, 0, 300);
                System.out.printf(
                        "FIGURE %s: best %.1f ms, p50 %.1f ms, p99 %.1f ms%n",
                        path, nanos[0] / 1e6, nanos[150] / 1e6, nanos[297] / 1e6);
            }
        }
    }
}
