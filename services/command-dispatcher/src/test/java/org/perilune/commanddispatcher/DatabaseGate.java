package org.perilune.commanddispatcher;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.HashSet;
import java.util.Set;
import org.perilune.chassis.Threads;

/** Between the service and PostgreSQL: while it is shut, connections are cut, and none is taken. */
final class DatabaseGate implements AutoCloseable {
    private final int target;
    private final int port;
    private final Set<Closeable> ends = new HashSet<>();

    DatabaseGate(int target) throws IOException {
        this.target = target;
        try (var free = new ServerSocket(0, 0, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        open();
    }

    int port() {
        return port;
    }

    void open() throws IOException {
        var server = new ServerSocket(port, 50, InetAddress.getLoopbackAddress());
        keep(server);
        Threads.start("database-gate", () -> accept(server));
    }

    synchronized void shut() throws IOException {
        for (Closeable end : ends) {
            end.close();
        }
        ends.clear();
    }

    private synchronized void keep(Closeable end) {
        ends.add(end);
    }

    private void accept(ServerSocket server) {
        while (!server.isClosed()) {
            try {
                Socket service = server.accept();
                keep(service);
                var database = new Socket(InetAddress.getLoopbackAddress(), target);
                keep(database);
                Threads.start("database-gate-in", () -> pass(service, database));
                Threads.start("database-gate-out", () -> pass(database, service));
            } catch (IOException shut) {
                // Whether it is shut is asked above.
            }
        }
    }

    private static void pass(Socket from, Socket to) {
        try (from;
                to) {
            from.getInputStream().transferTo(to.getOutputStream());
        } catch (IOException cut) {
            // What is cut on one side is closed on the other.
        }
    }

    @Override
    public void close() throws IOException {
        shut();
    }
}
