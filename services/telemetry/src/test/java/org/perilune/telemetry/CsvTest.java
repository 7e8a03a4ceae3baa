package org.perilune.telemetry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Long CSVs, and clients that do not take them. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CsvTest {
    private static final int AT_ONCE = 2;
    private static final String START = "2027-01-15T08:00:00Z";
    private ReadFixture telemetry;

    @BeforeAll
    void start(@TempDir Path home) throws Exception {
        telemetry = new ReadFixture(
                home, Map.of("telemetry.exports.at-once", Integer.toString(AT_ONCE), "telemetry.exports.stall", "3s"));
        fill("long", 60_000);
        fill("broken", 5_000);
        telemetry.stores.run("update frame set payload = '\\xff' where seq = 4000"
                + " and device_id = (select id from device where name = 'broken')");
        // Many names, and two readings within the time asked for.
        fill("wordy", 1);
        telemetry.stores.run("insert into parameter (device_id, name) select id, 'p' || n from device,"
                + " generate_series(1, 500) n where name = 'long'");
    }

    private void fill(String device, int frames) throws Exception {
        IngestFixture stores = telemetry.stores;
        String hex = HexFormat.of()
                .formatHex(IngestFixture.frame(1, IngestFixture.NOON_MICROS).toByteArray());
        stores.run("insert into device (name) values ('" + device + "')");
        String id = "(select id from device where name = '" + device + "')";
        // All of one minute: one mark, many pages.
        stores.run("insert into frame select " + id + ", 5, n, '" + START + "', now(), null, '\\x" + hex
                + "' from generate_series(1, " + frames + ") n");
        stores.run("insert into mark (device_id, minute, epoch, seq_from, seq_to, rolled) values (" + id + ", '" + START
                + "', 5, 1, " + frames + ", true)");
        stores.run("insert into parameter (device_id, name) values (" + id + ", 'altitude')");
    }

    @AfterAll
    void stop() throws Exception {
        telemetry.close();
    }

    private double metric(String name) throws Exception {
        return telemetry
                .get("/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith(name))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                .sum();
    }

    /** Asks, and takes nothing of the answer. */
    private Socket stalled() throws IOException {
        var socket = new Socket();
        socket.setReceiveBufferSize(4_096);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), telemetry.service.port()));
        socket.getOutputStream()
                .write(("GET /data.csv?device=long HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
                                + telemetry.token + "\r\n\r\n")
                        .getBytes(UTF_8));
        return socket;
    }

    @Test
    void clientsThatTakeNothingHoldNoConnectionAndAreEnded() throws Exception {
        var sockets = new ArrayList<Socket>();
        try {
            for (int number = 0; number < AT_ONCE; number++) {
                sockets.add(stalled());
            }
            await().until(() -> metric("telemetry_exports ") == AT_ONCE);
            var refused = telemetry.get("/data.csv?device=wordy");
            assertThat(refused.statusCode()).as(refused.body()).isEqualTo(503);
            assertThat(refused.headers().firstValue("Retry-After")).isPresent();
            await().until(() -> metric("hikaricp_connections_active{pool=\"telemetry-reading\"") == 0);
            await().until(() -> metric("telemetry_exports_stalled") == AT_ONCE);
            await().until(() -> telemetry.get("/data.csv?device=wordy").statusCode() == 200);
        } finally {
            for (Socket socket : sockets) {
                socket.close();
            }
        }
    }

    @Test
    void whatFailsMidwayDoesNotLookWhole() {
        assertThatThrownBy(() -> telemetry.get("/data.csv?device=broken")).isInstanceOf(IOException.class);
    }

    @Test
    void columnsAreThoseOfTheDevicesInTheAnswer() throws Exception {
        String nothing = telemetry.get("/data.csv?from=2027-02-01T00:00:00Z").body();
        assertThat(nothing).isEqualTo("device,timestamp,received,epoch,seq,status\r\n");
        telemetry.stores.send("late", 1, IngestFixture.frame(1, IngestFixture.NOON_MICROS + 3_600_000_000L));
        await().until(() ->
                telemetry.stores.count("select count(*) from latest join device on id = device_id where name = 'late'")
                        == 1);
        List<String> lines = telemetry
                .get("/data.csv?from=2027-01-15T08:30:00Z")
                .body()
                .lines()
                .toList();
        assertThat(lines).hasSize(2);
        assertThat(lines.getFirst()).isEqualTo("device,timestamp,received,epoch,seq,status,altitude");
    }
}
