package org.perilune.embedded.host;

import static org.perilune.contracts.Topology.Store.OPENSEARCH;

import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.perilune.contracts.Topology.Store;

/**
 * Where the backing servers keep their data and listen, always on 127.0.0.1.
 *
 * @param home one folder for everything; made where it does not exist
 * @param ports of the servers; 0 or none picks a free one
 * @param databases one role and one database are made in PostgreSQL for each name
 * @param stores the servers that are started; OpenSearch takes some 100 MB
 * @param deviceLimit of each device at the broker of MQTT
 */
public record BackendsConfig(
        Path home, Map<Store, Integer> ports, List<String> databases, Set<Store> stores, DeviceLimit deviceLimit) {
    /** What the embedded PostgreSQL takes: the pools of all services twice, since each may run a second time beside. */
    public static final int POSTGRESQL_CONNECTIONS = 200;

    /** How fast a device may publish; beyond it its messages are read later. */
    public record DeviceLimit(int messagesPerSecond, int bytesPerSecond) {
        /** More than a device needs that empties its journal, and what a hundred of them may do at once is stored. */
        public static final DeviceLimit USUAL = new DeviceLimit(1_000, 1024 * 1024);
    }

    /** What goes into SQL as an identifier; nothing that would need quoting. */
    private static final Pattern DATABASE_NAME = Pattern.compile("[a-z][a-z0-9_]{0,62}");

    public BackendsConfig {
        home = home.toAbsolutePath().normalize();
        ports = Map.copyOf(ports);
        databases = List.copyOf(databases);
        stores = Set.copyOf(stores);
        for (String database : databases) {
            if (!DATABASE_NAME.matcher(database).matches()) {
                throw new IllegalArgumentException("Not a database name: " + database);
            }
        }
    }

    /** Every server. */
    public BackendsConfig(Path home, Map<Store, Integer> ports, List<String> databases) {
        this(home, ports, databases, true);
    }

    /** @param search whether OpenSearch is among the servers, which are all others */
    public BackendsConfig(Path home, Map<Store, Integer> ports, List<String> databases, boolean search) {
        this(home, ports, databases, search, DeviceLimit.USUAL);
    }

    /** @param search whether OpenSearch is among the servers, which are all others */
    public BackendsConfig(
            Path home, Map<Store, Integer> ports, List<String> databases, boolean search, DeviceLimit deviceLimit) {
        this(
                home,
                ports,
                databases,
                search ? EnumSet.allOf(Store.class) : EnumSet.complementOf(EnumSet.of(OPENSEARCH)),
                deviceLimit);
    }

    /** On free ports: every server, or those that are named. */
    public static BackendsConfig onFreePorts(Path home, List<String> databases, Store... stores) {
        Set<Store> started = stores.length == 0 ? EnumSet.allOf(Store.class) : Set.of(stores);
        return new BackendsConfig(home, Map.of(), databases, started, DeviceLimit.USUAL);
    }

    public boolean search() {
        return stores.contains(OPENSEARCH);
    }

    /** 0 picks a free one. */
    public int port(Store store) {
        return ports.getOrDefault(store, 0);
    }
}
