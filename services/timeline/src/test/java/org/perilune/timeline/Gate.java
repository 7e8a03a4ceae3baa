package org.perilune.timeline;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import org.perilune.chassis.Threads;

/** A way to a server on loopback that a test shuts and opens: shut, connections end at once. */
final class Gate implements AutoCloseable {
    private final int target;
    private final ServerSocket server;
    private final List<Closeable> connections = new ArrayList<>();
    private boolean isShut; // guarded by this

    /** Open at first. */
    Gate(int target) throws IOException {
        this.target = target;
        server = new ServerSocket(0, 50, loopback());
        Threads.start("gate", this::accept);
    }

    int port() {
        return server.getLocalPort();
    }

    synchronized void open() {
        isShut = false;
    }

    private synchronized void keep(Closeable connection) throws IOException {
        if (isShut) {
            connection.close();
        } else {
            connections.add(connection);
        }
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket near = server.accept();
                keep(near);
                var far = new Socket(loopback(), target);
                near.setTcpNoDelay(true);
                far.setTcpNoDelay(true);
                keep(far);
                Threads.start("gate-in", () -> copy(near, far));
                Threads.start("gate-out", () -> copy(far, near));
            } catch (IOException shut) {
                // The loop sees whether the gate was shut.
            }
        }
    }

    private static void copy(Socket from, Socket to) {
        try (from;
                to) {
            from.getInputStream().transferTo(to.getOutputStream());
        } catch (IOException ended) {
            // One side went; closing tells the other.
        }
    }

    synchronized void shut() throws IOException {
        isShut = true;
        for (Closeable connection : connections) {
            connection.close();
        }
        connections.clear();
    }

    @Override
    public void close() throws IOException {
        server.close();
        shut();
    }

    private static InetAddress loopback() {
        return InetAddress.ofLiteral("127.0.0.1");
    }
}
