package org.perilune.commanddispatcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Not run by name pattern: {@code -Dtest=IntakeFigures}. Prints how many commands a second are taken for good. */
class IntakeFigures {
    private static final int CONNECTIONS = 32;
    private static final long WARM_UP_NANOS = 8_000_000_000L;
    private static final long MEASURED_NANOS = 15_000_000_000L;

    @Test
    void measure(@TempDir Path home) throws Exception {
        try (var house = new DispatchFixture(home)) {
            measure(house, "held", "{\"command_type\":\"FIRE_ENGINE\",\"parameters\":{\"delta_v\":5}}");
            measure(house, "accepted, no link", "{\"command_type\":\"SET_ATTITUDE\",\"parameters\":{\"roll\":5}}");
        }
    }

    private static void measure(DispatchFixture house, String what, String body) throws Exception {
        long before = house.count("select count(*) from command");
        long begin = System.nanoTime();
        var nanos = new ArrayList<Long>();
        long all = 0;
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var connections = new ArrayList<Callable<List<Long>>>();
            for (int number = 0; number < CONNECTIONS; number++) {
                int connection = number;
                connections.add(() -> send(house, body, connection, begin));
            }
            for (Future<List<Long>> connection : threads.invokeAll(connections)) {
                for (long took : connection.get()) {
                    all++;
                    if (took > 0) {
                        nanos.add(took);
                    }
                }
            }
        }
        assertThat(house.count("select count(*) from command") - before).isEqualTo(all);
        Collections.sort(nanos);
        System.out.printf(
                Locale.ROOT,
                "FIGURE intake (%s): %.0f commands/s, p50 %.1f ms, p99 %.1f ms%n",
                what,
                nanos.size() / (MEASURED_NANOS / 1e9),
                nanos.get(nanos.size() / 2) / 1e6,
                nanos.get(nanos.size() * 99 / 100) / 1e6);
    }

    /** How long each request took; 0 while warming up. */
    private static List<Long> send(DispatchFixture house, String body, int connection, long begin) throws IOException {
        var took = new ArrayList<Long>();
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), house.service.port())) {
            socket.setTcpNoDelay(true);
            OutputStream out = socket.getOutputStream();
            var in = new BufferedInputStream(socket.getInputStream(), 8_192);
            for (long sent = begin; sent < begin + WARM_UP_NANOS + MEASURED_NANOS; ) {
                sent = System.nanoTime();
                out.write(("POST /dispatch HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
                                + house.ground.token("otto") + "\r\nContent-Type: application/json\r\nIdempotency-Key: "
                                + connection + "-" + sent + "\r\nContent-Length: " + body.length() + "\r\n\r\n" + body)
                        .getBytes(StandardCharsets.US_ASCII));
                out.flush();
                read(in);
                long now = System.nanoTime();
                boolean counts = now > begin + WARM_UP_NANOS && now < begin + WARM_UP_NANOS + MEASURED_NANOS;
                took.add(counts ? now - sent : 0L);
            }
        }
        return took;
    }

    private static void read(InputStream in) throws IOException {
        int length = 0;
        String status = line(in);
        for (String line = line(in); !line.isEmpty(); line = line(in)) {
            if (line.regionMatches(true, 0, "content-length:", 0, 15)) {
                length = Integer.parseInt(line.substring(15).strip());
            }
        }
        byte[] answer = in.readNBytes(length);
        assertThat(status).as(new String(answer, StandardCharsets.UTF_8)).contains(" 202 ");
    }

    private static String line(InputStream in) throws IOException {
        var line = new StringBuilder();
        for (int one = in.read(); one >= 0 && one != '\n'; one = in.read()) {
            if (one != '\r') {
                line.append((char) one);
            }
        }
        return line.toString();
    }
}
