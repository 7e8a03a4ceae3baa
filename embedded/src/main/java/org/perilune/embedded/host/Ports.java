package org.perilune.embedded.host;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

/** Ports on the loopback interface. */
public final class Ports {
    private static final int LEAST = 10_000;
    private static final int MOST = 32_768;
    private static final int MOST_ATTEMPTS = 100;

    /** One after the other from anywhere: of two processes that choose at once each has a stretch of its own. */
    private static final AtomicInteger NEXT =
            new AtomicInteger(ThreadLocalRandom.current().nextInt(MOST - LEAST));

    private Ports() {}

    /**
     * The configured port, or a free one for 0: below those that a system gives to connections, as such a one could be
     * taken by anybody's connection before a server listens there.
     */
    public static int choose(int configured) throws IOException {
        if (configured != 0) {
            return configured;
        }
        for (int attempt = 0; ; attempt++) {
            int port = LEAST + Math.floorMod(NEXT.getAndIncrement(), MOST - LEAST);
            try (var socket = new ServerSocket(port, 1, loopback())) {
                return socket.getLocalPort();
            } catch (BindException taken) {
                if (attempt == MOST_ATTEMPTS) {
                    throw taken;
                }
            }
        }
    }

    public static void requireFree(ServerProgram program) {
        String key = program.name().equals("PostgreSQL") ? "postgres" : program.name();
        requireFree(program.name(), program.port(), "embedded." + key.toLowerCase(Locale.ROOT) + ".port");
    }

    /** @throws BackendsException that names the settings key, if another program listens there */
    public static void requireFree(String name, int port, String key) {
        if (!isFree(port)) {
            throw new BackendsException(name + " cannot listen on port " + port
                    + ", which another program has; stop that program or set " + key + " to another port");
        }
    }

    /** Whether somebody could listen there just now. */
    public static boolean isFree(int port) {
        try (var socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(loopback(), port));
            return true;
        } catch (IOException taken) {
            return false;
        }
    }

    public static InetAddress loopback() {
        return InetAddress.ofLiteral("127.0.0.1");
    }
}
