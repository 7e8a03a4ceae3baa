package org.perilune.conformance;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

/** Free ports on the loopback interface. */
final class Ports {
    /**
     * Below the range that systems give to outgoing connections: while a server is down, a client that tries to reach
     * it could otherwise be given that very port, and hold it, or even be connected to itself.
     */
    private static final int LOWEST = 20_000;

    private static final int HIGHEST = 32_000;

    private Ports() {}

    static Set<Integer> free(int count) {
        var random = new Random();
        var found = new TreeSet<Integer>();
        while (found.size() < count) {
            int port = random.nextInt(LOWEST, HIGHEST);
            if (isFree(port)) {
                found.add(port);
            }
        }
        return found;
    }

    private static boolean isFree(int port) {
        try (var socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException taken) {
            return false;
        }
    }
}
