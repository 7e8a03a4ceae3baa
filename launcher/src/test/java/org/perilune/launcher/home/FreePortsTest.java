package org.perilune.launcher.home;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.perilune.contracts.Topology.Store;
import org.perilune.embedded.host.BackendsConfig;

final class FreePortsTest {
    /** All but every hundredth are planned for somebody who does not listen yet: only those may be given. */
    @Test
    void givesNoPortThatIsPlannedForAnother() {
        var ports = new TreeMap<String, Integer>();
        for (int port = 10_000; port < 32_768; port++) {
            if (port % 100 != 0) {
                ports.put("planned-" + port, port);
            }
        }
        ports.put("first", 0);
        ports.put("second", 0);
        var stores = new EnumMap<Store, Integer>(Store.class);
        for (Store store : Store.values()) {
            stores.put(store, 0);
        }
        BackendsConfig filled = FreePorts.fill(new BackendsConfig(Path.of("home"), stores, List.of(), true), ports);
        var given = new HashSet<Integer>();
        for (String name : List.of("first", "second")) {
            given.add(ports.getOrDefault(name, -1));
        }
        for (Store store : Store.values()) {
            given.add(filled.port(store));
        }
        assertThat(given).hasSize(2 + Store.values().length).allMatch(port -> port % 100 == 0 && port > 0);
    }
}
