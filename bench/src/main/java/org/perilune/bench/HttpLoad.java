package org.perilune.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.HdrHistogram.Histogram;

/** One GET again and again over kept connections, each of a virtual thread; HTTP/1.1, no more of it than needed. */
final class HttpLoad {
    private final int port;
    private final byte[] request;

    /** @param seconds from the first request to the last answer */
    record Result(Histogram micros, double seconds) {
        double perSecond() {
            return micros.getTotalCount() / seconds;
        }
    }

    HttpLoad(int port, String pathAndQuery, String token) {
        this.port = port;
        this.request = ("GET " + pathAndQuery + " HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer " + token
                        + "\r\n\r\n")
                .getBytes(US_ASCII);
    }

    Result run(int connections, Duration length) throws InterruptedException {
        long start = System.nanoTime();
        long end = start + length.toNanos();
        var all = new Histogram(3);
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            var tasks = new ArrayList<Callable<Histogram>>();
            for (int connection = 0; connection < connections; connection++) {
                tasks.add(() -> ask(end));
            }
            for (Future<Histogram> task : executor.invokeAll(tasks)) {
                all.add(task.get());
            }
        } catch (ExecutionException failure) {
            throw new BenchException("A request failed: " + failure.getCause(), failure);
        }
        return new Result(all, (System.nanoTime() - start) / 1e9);
    }

    private Histogram ask(long end) throws IOException {
        var micros = new Histogram(3);
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setTcpNoDelay(true);
            var in = new BufferedInputStream(socket.getInputStream(), 64 * 1024);
            for (long now = System.nanoTime(); now - end < 0; ) {
                socket.getOutputStream().write(request);
                answer(in);
                long answered = System.nanoTime();
                micros.recordValue((answered - now) / 1000);
                now = answered;
            }
        }
        return micros;
    }

    private static void answer(InputStream in) throws IOException {
        String status = line(in);
        if (!status.startsWith("HTTP/1.1 200")) {
            throw new BenchException("The answer was " + status);
        }
        long length = -1;
        for (String header = line(in); !header.isEmpty(); header = line(in)) {
            if (header.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
                length = Long.parseLong(header.substring(15).strip());
            }
        }
        if (length >= 0) {
            in.skipNBytes(length);
            return;
        }
        long chunk;
        do {
            chunk = Long.parseLong(line(in), 16);
            in.skipNBytes(chunk + 2);
        } while (chunk > 0);
    }

    private static String line(InputStream in) throws IOException {
        var line = new StringBuilder();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new BenchException("The server closed the connection");
            }
            if (next != '\r') {
                line.append((char) next);
            }
        }
        return line.toString();
    }
}
