package org.perilune.telemetry;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.perilune.chassis.Json;
import org.perilune.contracts.Streams;
import org.perilune.contracts.v1.Frame;
import org.perilune.contracts.v1.Telemetry;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Pipeline;

/**
 * Not run by name pattern: {@code -Dtest=LiveFigures}. Prints how old frames are when a follower has them: one that reads
 * as fast as it can, and slow ones. Frames are put into the streams directly, and bear the time at which that was done.
 */
class LiveFigures {
    private static final int DEVICES = 50;

    @Test
    void measure(@TempDir Path home) throws Exception {
        try (var telemetry = new ReadFixture(home)) {
            run(telemetry, "warming up", 1_000, Integer.MAX_VALUE, 5);
            run(telemetry, "quick follower", 1_000, Integer.MAX_VALUE, 5);
            run(telemetry, "quick follower", 10_000, Integer.MAX_VALUE, 5);
            for (int bytes : new int[] {50_000, 200_000}) {
                run(telemetry, "slow follower of %d kB/s".formatted(bytes / 1_000), 5_000, bytes, 10);
            }
        }
    }

    private static void run(ReadFixture telemetry, String what, int rate, int bytesPerSecond, int seconds)
            throws Exception {
        var ages = new long[rate * seconds + 10_000];
        var counts = new long[3]; // frames, skipped, whether it was cut off
        try (var socket = new Socket()) {
            if (bytesPerSecond < Integer.MAX_VALUE) {
                socket.setOption(StandardSocketOptions.SO_RCVBUF, 16 * 1024);
            }
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), telemetry.service.port()));
            socket.getOutputStream()
                    .write(("GET /stream HTTP/1.0\r\nHost: localhost\r\nAuthorization: Bearer " + telemetry.token
                                    + "\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            // HTTP 1.0 knows no chunks: lines come whole.
            Thread reader = Thread.startVirtualThread(() -> follow(socket, bytesPerSecond, ages, counts));
            Thread.sleep(500); // until it follows
            publish(telemetry, rate, seconds);
            counts[2] = reader.isAlive() ? 0 : 1;
            Thread.sleep(300);
            socket.shutdownInput();
            reader.join();
        }
        int got = (int) counts[0];
        Arrays.sort(ages, 0, got);
        System.out.printf(
                Locale.ROOT,
                "FIGURE %s, %d messages/s: p50 %.2f ms, p99 %.2f ms, oldest %.1f ms; %d frames, %d skipped of %d%s%n",
                what,
                rate,
                ages[got / 2] / 1e3,
                ages[(int) (got * 0.99)] / 1e3,
                ages[Math.max(0, got - 1)] / 1e3,
                got,
                counts[1],
                rate * seconds,
                counts[2] == 1 ? ", CUT OFF" : "");
    }

    private static long nowMicros() {
        Instant now = Instant.now();
        return now.getEpochSecond() * 1_000_000 + now.getNano() / 1_000;
    }

    private static void publish(ReadFixture telemetry, int rate, int seconds) {
        long began = System.nanoTime();
        long epoch = nowMicros();
        long sent = 0;
        Jedis jedis = telemetry.stores.redis;
        while (sent < (long) rate * seconds) {
            long due = Math.min((long) rate * seconds, (System.nanoTime() - began) * rate / 1_000_000_000L);
            if (sent < due) {
                Pipeline pipeline = jedis.pipelined();
                for (; sent < due; sent++) {
                    add(pipeline, "device-" + sent % DEVICES, epoch, sent / DEVICES + 1);
                }
                pipeline.sync();
            }
            LockSupport.parkNanos(200_000);
        }
    }

    private static void add(Pipeline pipeline, String device, long epoch, long seq) {
        long now = nowMicros();
        Frame.Builder frame = IngestFixture.frame(seq, now).toBuilder();
        for (int value = 0; value < 9; value++) {
            frame.addValuesBuilder().setName("value-" + value).setNumber(seq + 0.5 * value);
        }
        byte[] payload =
                Telemetry.newBuilder().setEpoch(epoch).addFrames(frame).build().toByteArray();
        pipeline.sendCommand(
                redis.clients.jedis.Protocol.Command.XADD,
                bytes(Streams.telemetry(Streams.partitionOf(device))),
                bytes("*"),
                bytes(Streams.Field.DEVICE),
                bytes(device),
                bytes(Streams.Field.PAYLOAD),
                payload,
                bytes(Streams.Field.RECEIVED),
                bytes(Long.toString(now)));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Reads no faster than it may, and notes the ages of what it reads. */
    private static final class Throttled extends InputStream {
        private final InputStream in;
        private final int bytesPerSecond;
        private final long began = System.nanoTime();
        private long taken;

        private Throttled(InputStream in, int bytesPerSecond) {
            this.in = in;
            this.bytesPerSecond = bytesPerSecond;
        }

        @Override
        public int read() throws IOException {
            var one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int from, int length) throws IOException {
            int most = bytesPerSecond == Integer.MAX_VALUE ? length : Math.min(length, bytesPerSecond / 100);
            int read = in.read(into, from, Math.max(1, most));
            taken += Math.max(0, read);
            long due = began + taken * 1_000_000_000L / bytesPerSecond;
            while (bytesPerSecond < Integer.MAX_VALUE && System.nanoTime() < due) {
                LockSupport.parkNanos(due - System.nanoTime());
            }
            return read;
        }
    }

    private static void follow(Socket socket, int bytesPerSecond, long[] ages, long[] counts) {
        try (var lines = new BufferedReader(new InputStreamReader(
                new Throttled(socket.getInputStream(), bytesPerSecond), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (!line.startsWith("data: {\"frames\"")) {
                    continue;
                }
                long now = nowMicros();
                var json = Json.mapper().readTree(line.substring(6));
                for (var frame : json.get("frames")) {
                    Instant sent = Instant.parse(frame.get("timestamp").asText());
                    ages[(int) counts[0]++] = now - sent.getEpochSecond() * 1_000_000 - sent.getNano() / 1_000;
                }
                counts[1] += json.get("skipped").asLong();
            }
        } catch (IOException closed) {
            // The measurement is over.
        }
    }
}
