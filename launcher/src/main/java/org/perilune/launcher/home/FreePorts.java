package org.perilune.launcher.home;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.perilune.contracts.Topology;
import org.perilune.embedded.host.BackendsConfig;
import org.perilune.embedded.host.Ports;

/** Ports on the loopback interface, chosen and looked at before anything starts. */
public final class FreePorts {
    private FreePorts() {}

    /**
     * Puts a free port in the place of every 0, each another, and none that is planned for somebody who does not listen
     * yet: services must know each other's addresses beforehand.
     */
    public static BackendsConfig fill(BackendsConfig backends, Map<String, Integer> ports) {
        var planned = new HashSet<>(ports.values());
        for (Topology.Store store : Topology.Store.values()) {
            planned.add(backends.port(store));
        }
        ports.replaceAll((name, port) -> port == 0 ? free(planned) : port);
        var stores = new EnumMap<Topology.Store, Integer>(Topology.Store.class);
        for (Topology.Store store : Topology.Store.values()) {
            stores.put(store, backends.port(store) == 0 ? free(planned) : backends.port(store));
        }
        return new BackendsConfig(
                backends.home(), stores, backends.databases(), backends.stores(), backends.deviceLimit());
    }

    /** @throws LauncherException that names the key of a port which another program has */
    public static void require(Map<String, Integer> ports, Set<String> except) {
        ports.forEach((name, port) -> {
            if (except.contains(name)) {
                return;
            }
            if (!Ports.isFree(port)) {
                throw new LauncherException(name + " cannot listen on port " + port
                        + ", which another program has; stop that program or set " + name
                        + ".http.port to another port");
            }
        });
    }

    private static int free(Set<Integer> planned) {
        try {
            int port = Ports.choose(0);
            while (!planned.add(port)) {
                port = Ports.choose(0);
            }
            return port;
        } catch (IOException failure) {
            throw new UncheckedIOException("This machine has no free port", failure);
        }
    }
}
