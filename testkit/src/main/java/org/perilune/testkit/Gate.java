package org.perilune.testkit;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import org.perilune.chassis.runtime.Threads;

/**
 * A way to a server on loopback that a test shuts, stalls and opens: shut, connections end and none is taken; stalled,
 * they live, and nothing gets through. Safe for threads.
 */
public final class Gate implements AutoCloseable {
    private final int target;
    private final int port;
    private final List<Closeable> open = new ArrayList<>(); // guarded by this
    private boolean isOpen; // guarded by this
    private boolean isStalled; // guarded by this

    /** Shut at first. */
    public Gate(int target) throws IOException {
        this.target = target;
        try (var free = new ServerSocket(0, 0, loopback())) {
            port = free.getLocalPort();
        }
    }

    public int port() {
        return port;
    }

    /** Nothing happens where it is open. */
    public synchronized void open() throws IOException {
        isStalled = false;
        notifyAll();
        if (isOpen) {
            return;
        }
        isOpen = true;
        var server = new ServerSocket(port, 50, loopback());
        keep(server);
        Threads.start("gate", () -> accept(server));
    }

    private synchronized void keep(Closeable connection) throws IOException {
        if (isOpen) {
            open.add(connection);
        } else {
            connection.close();
        }
    }

    private void accept(ServerSocket server) {
        while (!server.isClosed()) {
            try {
                Socket near = server.accept();
                keep(near);
                var far = new Socket(loopback(), target);
                keep(far);
                near.setTcpNoDelay(true);
                far.setTcpNoDelay(true);
                Threads.start("gate-in", () -> copy(near, far));
                Threads.start("gate-out", () -> copy(far, near));
            } catch (IOException shut) {
                // The loop sees whether the gate was shut.
            }
        }
    }

    /** What comes while it is stalled is passed on when it is opened again. */
    public synchronized void stall() {
        isStalled = true;
    }

    private synchronized void awaitPassage() throws InterruptedException {
        while (isStalled && isOpen) {
            wait();
        }
    }

    private void copy(Socket from, Socket to) {
        var buffer = new byte[8192];
        try (from;
                to) {
            int read = from.getInputStream().read(buffer);
            while (read >= 0) {
                awaitPassage();
                to.getOutputStream().write(buffer, 0, read);
                read = from.getInputStream().read(buffer);
            }
        } catch (IOException ended) {
            // One side went; closing tells the other.
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
    }

    public synchronized void shut() throws IOException {
        isOpen = false;
        notifyAll();
        for (Closeable connection : open) {
            connection.close();
        }
        open.clear();
    }

    @Override
    public void close() throws IOException {
        shut();
    }

    private static InetAddress loopback() {
        return InetAddress.ofLiteral("127.0.0.1");
    }
}
