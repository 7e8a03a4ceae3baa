package org.perilune.testkit;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLServerSocketFactory;
import org.perilune.chassis.runtime.Threads;
import org.perilune.chassis.tls.TlsConfig;
import org.perilune.chassis.tls.TlsContext;

/** TLS before a server on loopback that speaks none. The files of its config count at each handshake. Safe for threads. */
public final class TlsGate implements AutoCloseable {
    private final int target;
    private final SSLServerSocket server;
    private final List<Closeable> open = new ArrayList<>(); // guarded by this

    /** @param wantsCertificate whether clients have to show one that the config's CA has signed */
    public TlsGate(int target, TlsConfig tls, boolean wantsCertificate) throws IOException {
        this.target = target;
        SSLServerSocketFactory sockets = TlsContext.open(tls).context().getServerSocketFactory();
        this.server = (SSLServerSocket) sockets.createServerSocket(0, 50, loopback());
        server.setNeedClientAuth(wantsCertificate);
        Threads.start("tls-gate", this::accept);
    }

    public int port() {
        return server.getLocalPort();
    }

    /** Ends every connection; clients have to shake hands again. */
    public synchronized void cut() throws IOException {
        for (Closeable connection : open) {
            connection.close();
        }
        open.clear();
    }

    private synchronized void keep(Closeable connection) {
        open.add(connection);
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket near = server.accept();
                keep(near);
                Threads.start("tls-gate-in", () -> connect(near));
            } catch (IOException closed) {
                // The loop sees whether it was.
            }
        }
    }

    private void connect(Socket near) {
        try {
            near.setTcpNoDelay(true);
            // Shakes hands, before the server behind learns of anything.
            int first = near.getInputStream().read();
            var far = new Socket(loopback(), target);
            keep(far);
            far.setTcpNoDelay(true);
            if (first >= 0) {
                far.getOutputStream().write(first);
            }
            Threads.start("tls-gate-out", () -> copy(far, near));
            copy(near, far);
        } catch (IOException refused) {
            close(near);
        }
    }

    private static void copy(Socket from, Socket to) {
        var buffer = new byte[8192];
        try (from;
                to) {
            int read = from.getInputStream().read(buffer);
            while (read >= 0) {
                to.getOutputStream().write(buffer, 0, read);
                read = from.getInputStream().read(buffer);
            }
        } catch (IOException ended) {
            // One side went; closing tells the other.
        }
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException alreadyClosed) {
            // Nothing is left to close.
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        cut();
    }

    private static InetAddress loopback() {
        return InetAddress.ofLiteral("127.0.0.1");
    }
}
