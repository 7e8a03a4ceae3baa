package org.perilune.pad;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.perilune.contracts.Topology.Store;

/**
 * Where the backing servers keep their data and listen, always on 127.0.0.1.
 *
 * @param home one folder for everything; made where it does not exist
 * @param ports of the servers; 0 or none picks a free one
 * @param databases one role and one database are made in PostgreSQL for each name
 * @param search whether OpenSearch may run; it takes some 100 MB
 */
public record PadConfig(Path home, Map<Store, Integer> ports, List<String> databases, boolean search) {
    /** What goes into SQL as an identifier; nothing that would need quoting. */
    private static final Pattern DATABASE_NAME = Pattern.compile("[a-z][a-z0-9_]{0,62}");

    public PadConfig {
        home = home.toAbsolutePath().normalize();
        ports = Map.copyOf(ports);
        databases = List.copyOf(databases);
        for (String database : databases) {
            if (!DATABASE_NAME.matcher(database).matches()) {
                throw new IllegalArgumentException("Not a database name: " + database);
            }
        }
    }

    /** With OpenSearch. */
    public PadConfig(Path home, Map<Store, Integer> ports, List<String> databases) {
        this(home, ports, databases, true);
    }

    /** Every server on a free port. */
    public static PadConfig onFreePorts(Path home, List<String> databases) {
        return new PadConfig(home, Map.of(), databases);
    }

    /** 0 picks a free one. */
    public int port(Store store) {
        return ports.getOrDefault(store, 0);
    }
}
