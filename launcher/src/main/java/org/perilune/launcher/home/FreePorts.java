package org.perilune.launcher.home;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import org.perilune.contracts.Topology;
import org.perilune.pad.host.PadConfig;
import org.perilune.pad.host.Ports;

/** Ports on the loopback interface, chosen and looked at before anything starts. */
public final class FreePorts {
    private FreePorts() {}

    /** Puts a free port in the place of every 0, each another: services must know each other's addresses beforehand. */
    public static PadConfig fill(PadConfig pad, Map<String, Integer> ports) {
        ports.replaceAll((name, port) -> port == 0 ? free() : port);
        var stores = new EnumMap<Topology.Store, Integer>(Topology.Store.class);
        for (Topology.Store store : Topology.Store.values()) {
            stores.put(store, pad.port(store) == 0 ? free() : pad.port(store));
        }
        return new PadConfig(pad.home(), stores, pad.databases(), pad.stores(), pad.deviceLimit());
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

    private static int free() {
        try {
            return Ports.choose(0);
        } catch (IOException failure) {
            throw new UncheckedIOException("This machine has no free port", failure);
        }
    }
}
