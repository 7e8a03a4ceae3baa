package org.perilune.bench.observe;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.locks.LockSupport;
import org.perilune.bench.report.BenchException;

/**
 * An answer over HTTP/1.1 that is read at a limited rate from a socket with hardly a buffer, so that nothing on this
 * side grows old unseen; or, with the rate 0, as fast as it comes. Gives the body. One reader; whoever closes may be another.
 */
final class ThrottledStream extends InputStream {
    private static final int RECEIVE_BUFFER_BYTES = 16 * 1024;
    private static final int PIECE_BYTES = 4 * 1024;

    private final Socket socket;
    private final InputStream in;
    private final long bytesPerSecond;
    private long free = System.nanoTime();
    private long leftOfChunk;

    private ThrottledStream(Socket socket, long bytesPerSecond) throws IOException {
        this.socket = socket;
        this.bytesPerSecond = bytesPerSecond;
        this.in = new BufferedInputStream(socket.getInputStream(), PIECE_BYTES);
    }

    /** @throws BenchException if the answer is not 200 and chunked, as an endless one is */
    static ThrottledStream get(int port, String path, String token, long bytesPerSecond) throws IOException {
        var socket = new Socket();
        // Before it connects: later the window is agreed upon.
        if (bytesPerSecond > 0) {
            socket.setReceiveBufferSize(RECEIVE_BUFFER_BYTES);
        }
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        var stream = new ThrottledStream(socket, bytesPerSecond);
        String request = "GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer " + token + "\r\n\r\n";
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        String status = stream.line();
        boolean chunked = false;
        for (String header = stream.line(); !header.isEmpty(); header = stream.line()) {
            chunked |= header.equalsIgnoreCase("transfer-encoding: chunked");
        }
        if (!status.startsWith("HTTP/1.1 200") || !chunked) {
            socket.close();
            throw new BenchException("GET " + path + " was answered " + status + (chunked ? "" : ", not in chunks"));
        }
        return stream;
    }

    @Override
    public int read() throws IOException {
        var one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int from, int length) throws IOException {
        if (leftOfChunk == 0) {
            leftOfChunk = Long.parseLong(line(), 16);
            if (leftOfChunk == 0) {
                return -1;
            }
        }
        int read = in.read(target, from, (int) Math.min(Math.min(length, PIECE_BYTES), leftOfChunk));
        if (read < 0) {
            return -1;
        }
        leftOfChunk -= read;
        if (leftOfChunk == 0) {
            line();
        }
        if (bytesPerSecond > 0) {
            rest(read);
        }
        return read;
    }

    /** As long as that many bytes take. What was not used while there was nothing to read is not saved up. */
    private void rest(int bytes) {
        free = Math.max(free, System.nanoTime()) + bytes * 1_000_000_000L / bytesPerSecond;
        long wait = free - System.nanoTime();
        if (wait > 0) {
            LockSupport.parkNanos(wait);
        }
    }

    private String line() throws IOException {
        var line = new StringBuilder();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new IOException("the server closed the connection");
            }
            if (next != '\r') {
                line.append((char) next);
            }
        }
        return line.toString();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
