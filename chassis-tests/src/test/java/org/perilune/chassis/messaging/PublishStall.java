package org.perilune.chassis.messaging;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Arrays;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.perilune.chassis.runtime.Threads;

/**
 * A way to an AMQP broker that does what RabbitMQ does when it is short of memory or disk: from the first message that is
 * published on a connection, nothing more is read from it. Other connections go on. Safe for threads.
 */
final class PublishStall implements AutoCloseable {
    /** Class and method of basic.publish, at the beginning of a method frame's payload. */
    private static final byte[] PUBLISH = {0, 60, 0, 40};

    private final ServerSocket server;
    private final int target;
    private final CopyOnWriteArrayList<Socket> sockets = new CopyOnWriteArrayList<>();
    private final CountDownLatch stalled = new CountDownLatch(1);
    private final CountDownLatch closing = new CountDownLatch(1);

    PublishStall(int target) throws IOException {
        this.target = target;
        this.server = new ServerSocket(0, 50, InetAddress.ofLiteral("127.0.0.1"));
        Threads.start("publish-stall", this::accept);
    }

    int port() {
        return server.getLocalPort();
    }

    boolean isStalled() {
        return stalled.getCount() == 0;
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket near = server.accept();
                var far = new Socket(InetAddress.ofLiteral("127.0.0.1"), target);
                sockets.add(near);
                sockets.add(far);
                Threads.start("publish-stall-in", () -> copy(near, far, true));
                Threads.start("publish-stall-out", () -> copy(far, near, false));
            } catch (IOException closed) {
                // The loop sees it.
            }
        }
    }

    private void copy(Socket from, Socket to, boolean stall) {
        var buffer = new byte[8192];
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                if (stall && publishes(buffer, read)) {
                    stalled.countDown();
                    closing.await();
                    return;
                }
                out.write(buffer, 0, read);
            }
        } catch (IOException ended) {
            // One side went.
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean publishes(byte[] bytes, int length) {
        for (int start = 0; start + PUBLISH.length <= length; start++) {
            if (Arrays.equals(bytes, start, start + PUBLISH.length, PUBLISH, 0, PUBLISH.length)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void close() throws IOException {
        end();
    }

    /** Of it all: every connection breaks. */
    void end() throws IOException {
        closing.countDown();
        server.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
