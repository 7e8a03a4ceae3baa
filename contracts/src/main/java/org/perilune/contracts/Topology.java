package org.perilune.contracts;

import static org.perilune.contracts.Topology.Store.MQTT;
import static org.perilune.contracts.Topology.Store.POSTGRESQL;
import static org.perilune.contracts.Topology.Store.REDIS;

import java.util.List;
import java.util.Set;

/** The one description of who runs where and needs what; deployments and diagrams are made from it. */
public final class Topology {
    /** Backing stores, each with the port of its embedded server: the standard port plus 10000, MQTT's own. */
    public enum Store {
        POSTGRESQL("postgresql", 15432),
        REDIS("redis", 16379),
        MQTT("mqtt", 1883);

        private final String wireName;
        private final int embeddedPort;

        Store(String wireName, int embeddedPort) {
            this.wireName = wireName;
            this.embeddedPort = embeddedPort;
        }

        public String wireName() {
            return wireName;
        }

        public int embeddedPort() {
            return embeddedPort;
        }
    }

    /**
     * One service.
     *
     * @param name also its module, its prefix in settings, its PostgreSQL role and database (with '_' for '-')
     * @param port HTTP
     * @param calls services it calls over HTTP
     */
    public record Service(String name, int port, Set<Store> stores, Set<String> calls) {
        public Service {
            stores = Set.copyOf(stores);
            calls = Set.copyOf(calls);
        }

        public boolean hasDatabase() {
            return stores.contains(POSTGRESQL);
        }

        /** Its PostgreSQL role and database. */
        public String databaseName() {
            return name.replace('-', '_');
        }
    }

    public static final Service CREW = new Service("crew", 8100, Set.of(POSTGRESQL), Set.of());
    public static final Service BATCH_ROUTER = new Service("batch-router", 8110, Set.of(MQTT, REDIS), Set.of("crew"));
    public static final Service TELEMETRY =
            new Service("telemetry", 8000, Set.of(POSTGRESQL, REDIS, MQTT), Set.of("crew"));
    public static final Service LUNAR_MODULE =
            new Service("lunar-module", 8080, Set.of(POSTGRESQL, MQTT), Set.of("crew"));
    public static final Service STATUS = new Service(
            "status",
            8090,
            Set.of(POSTGRESQL, REDIS, MQTT),
            Set.of("crew", "batch-router", "telemetry", "lunar-module", "console"));
    public static final Service CONSOLE = new Service("console", 3000, Set.of(), Set.of("crew", "telemetry", "status"));

    /** In the order in which they start; they stop in reverse. */
    public static final List<Service> SERVICES = List.of(CREW, BATCH_ROUTER, TELEMETRY, LUNAR_MODULE, STATUS, CONSOLE);

    private Topology() {}

    /** @throws IllegalArgumentException for a name that is no service's */
    public static Service service(String name) {
        return SERVICES.stream()
                .filter(service -> service.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("No service is named " + name));
    }
}
