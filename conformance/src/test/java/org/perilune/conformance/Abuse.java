package org.perilune.conformance;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.perilune.conformance.Perilune.Part;
import org.perilune.contracts.v1.Frame;
import org.perilune.contracts.v1.Telemetry;
import org.perilune.contracts.v1.Value;

/**
 * What anybody, and whoever has a viewer's token or a device's key, may do to a Perilune, all at once: log-ins with names
 * of a megabyte, bodies that come a byte a second, downloads that nobody reads, rubbish, large messages, a topic that
 * nobody consumes. Each goes on, at its pace, until this is closed, whatever it is answered; {@link #counts} tells.
 */
final class Abuse implements AutoCloseable {
    private static final int SLOW_BODIES = 500;
    private static final int STALLED_DOWNLOADS = 20;
    private static final int MEBIBYTE = 1 << 20;
    private static final String NOBODY_READS = "notes/unread";

    private final Perilune perilune;
    private final ScheduledExecutorService pace = Executors.newScheduledThreadPool(8);
    private final List<Socket> slow = new ArrayList<>();
    private final List<Socket> stalled = new ArrayList<>();
    private final List<StockClient> clients = new ArrayList<>();
    private final Map<String, LongAdder> counts = new TreeMap<>();

    private Abuse(Perilune perilune) {
        this.perilune = perilune;
    }

    /** @param victim a device with telemetry, which the downloads are of */
    static Abuse begin(Perilune perilune, String victim, String viewerToken) throws IOException, InterruptedException {
        var abuse = new Abuse(perilune);
        // Enrolled before it begins: each takes a start of the command line.
        var noisy = abuse.client("noisy");
        var bulky = abuse.client("bulky");
        var author = abuse.client("author");
        var random = new Random(1);
        byte[] logIn = ("{\"name\":\"" + "x".repeat(MEBIBYTE - 100) + "\",\"password\":\"guessed\"}")
                .getBytes(StandardCharsets.US_ASCII);
        abuse.every(300, "log-ins", () -> abuse.logIn(logIn));
        abuse.every(1_000, "slow bodies", abuse::drip);
        abuse.every(3_000, "stalled downloads", () -> abuse.download(victim, viewerToken));
        byte[] rubbish = new byte[200_000];
        random.nextBytes(rubbish);
        abuse.every(100, "rubbish", () -> noisy.publish("fleet/noisy/telemetry", rubbish));
        abuse.every(20, "large messages", () -> bulky.report(large()));
        abuse.every(5, "unread messages", () -> author.publish(NOBODY_READS, new byte[1_024]));
        return abuse;
    }

    private interface Act {
        void perform() throws Exception;
    }

    private void every(int millis, String name, Act act) {
        var taken = counter(name);
        var refused = counter(name + " refused");
        var _ = pace.scheduleAtFixedRate(
                () -> {
                    try {
                        act.perform();
                        taken.increment();
                    } catch (Exception failure) {
                        refused.increment();
                    }
                },
                0,
                millis,
                TimeUnit.MILLISECONDS);
    }

    private LongAdder counter(String name) {
        return counts.computeIfAbsent(name, key -> new LongAdder());
    }

    private StockClient client(String name) throws IOException, InterruptedException {
        StockClient client = StockClient.connect(perilune, name, perilune.run("device", "add", name));
        clients.add(client);
        return client;
    }

    /** 32 KiB that are telemetry. */
    private static byte[] large() {
        Frame.Builder frame = Frame.newBuilder().setTimeMicros(ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now()));
        for (int i = 0; i < 8; i++) {
            frame.addValues(Value.newBuilder().setName("text_" + i).setText("t".repeat(4_000)));
        }
        return Telemetry.newBuilder().addFrames(frame).build().toByteArray();
    }

    private void logIn(byte[] body) throws IOException {
        try (Socket socket = open(Part.CREW)) {
            send(socket, "POST /sessions", body.length, body);
            answered(socket);
        }
    }

    /** One byte more of each body; a connection that was ended is opened again. */
    private void drip() throws IOException {
        slow.removeIf(socket -> !written(socket, new byte[] {'x'}));
        while (slow.size() < SLOW_BODIES) {
            Socket socket = open(slow.size() % 2 == 0 ? Part.CREW : Part.TELEMETRY);
            slow.add(socket);
            send(socket, slow.size() % 2 == 1 ? "POST /sessions" : "POST /input", MEBIBYTE, new byte[0]);
        }
    }

    /** Asks, and reads nothing of the answer; the oldest makes room for another. */
    private void download(String device, String token) throws IOException {
        if (stalled.size() == STALLED_DOWNLOADS) {
            stalled.removeFirst().close();
        }
        while (stalled.size() < STALLED_DOWNLOADS) {
            Socket socket = open(Part.TELEMETRY);
            socket.setReceiveBufferSize(4_096);
            stalled.add(socket);
            String request = "GET /data.csv?device=" + device + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
                    + token + "\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        }
    }

    private Socket open(Part part) throws IOException {
        var socket = new Socket(InetAddress.getLoopbackAddress(), perilune.port(part));
        socket.setSoTimeout(10_000);
        return socket;
    }

    private static void send(Socket socket, String line, int length, byte[] body) throws IOException {
        OutputStream out = socket.getOutputStream();
        out.write((line + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: " + length
                        + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII));
        out.write(body);
        out.flush();
    }

    private static void answered(Socket socket) throws IOException {
        InputStream in = socket.getInputStream();
        if (in.read() < 0) {
            throw new IOException("The connection was ended");
        }
    }

    private static boolean written(Socket socket, byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
            return socket.getInputStream().available() == 0;
        } catch (IOException ended) {
            return false;
        }
    }

    /** How often each was tried, and how often it was refused or failed. */
    Map<String, LongAdder> counts() {
        return counts;
    }

    @Override
    public void close() throws IOException {
        pace.close();
        for (Socket socket : slow) {
            socket.close();
        }
        for (Socket socket : stalled) {
            socket.close();
        }
        clients.forEach(StockClient::close);
    }
}
