package org.perilune.launcher.home;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import org.perilune.contracts.Topology;
import org.perilune.pad.host.PadConfig;

/** Ports on the loopback interface, chosen and looked at before anything starts. */
public final class FreePorts {
    private FreePorts() {}

    /** Puts a free port in the place of every 0, each another: services must know each other's addresses beforehand. */
    public static PadConfig fill(PadConfig pad, Map<String, Integer> ports) {
        Deque<Integer> free = free(ports.size() + Topology.Store.values().length);
        ports.replaceAll((name, port) -> port == 0 ? free.pop() : port);
        var stores = new EnumMap<Topology.Store, Integer>(Topology.Store.class);
        for (Topology.Store store : Topology.Store.values()) {
            stores.put(store, pad.port(store) == 0 ? free.pop() : pad.port(store));
        }
        return new PadConfig(pad.home(), stores, pad.databases(), pad.stores(), pad.deviceLimit());
    }

    /** @throws LauncherException that names the key of a port which another program has */
    public static void require(Map<String, Integer> ports, Set<String> except) {
        ports.forEach((name, port) -> {
            if (except.contains(name)) {
                return;
            }
            try (var socket = new ServerSocket()) {
                socket.setReuseAddress(true);
                socket.bind(new InetSocketAddress(loopback(), port));
            } catch (IOException taken) {
                throw new LauncherException(
                        name + " cannot listen on port " + port
                                + ", which another program has; stop that program or set " + name
                                + ".http.port to another port",
                        taken);
            }
        });
    }

    private static Deque<Integer> free(int count) {
        var sockets = new ArrayList<ServerSocket>();
        var ports = new ArrayDeque<Integer>();
        try {
            for (int i = 0; i < count; i++) {
                var socket = new ServerSocket(0, 1, loopback());
                sockets.add(socket);
                ports.add(socket.getLocalPort());
            }
            for (ServerSocket socket : sockets) {
                socket.close();
            }
        } catch (IOException failure) {
            throw new UncheckedIOException("This machine has no free port", failure);
        }
        return ports;
    }

    private static InetAddress loopback() {
        return InetAddress.ofLiteral("127.0.0.1");
    }
}
