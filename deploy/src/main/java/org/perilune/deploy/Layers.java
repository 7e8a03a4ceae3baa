package org.perilune.deploy;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.perilune.contracts.Topology.Service;
import org.perilune.contracts.Topology.Store;

/** Which libraries services share in an image: those of a module of the chassis are one layer. */
final class Layers {
    /** In the order in which they are put upon each other; each may need those before it. */
    static final List<String> ALL =
            List.of("runtime", "http", "postgres", "messaging", "redis", "mqtt", "mongo", "opensearch");

    private Layers() {}

    static List<String> of(Service service) {
        Set<String> needed = new LinkedHashSet<>(List.of("runtime", "http"));
        for (Store store : service.stores()) {
            switch (store) {
                case POSTGRESQL -> needed.add("postgres");
                case AMQP -> needed.addAll(List.of("postgres", "messaging"));
                case MONGODB -> needed.addAll(List.of("postgres", "messaging", "mongo"));
                case REDIS -> needed.add("redis");
                case MQTT -> needed.add("mqtt");
                case OPENSEARCH -> needed.add("opensearch");
            }
        }
        return ALL.stream().filter(needed::contains).toList();
    }
}
