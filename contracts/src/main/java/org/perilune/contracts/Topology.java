package org.perilune.contracts;

import static org.perilune.contracts.Topology.Store.AMQP;
import static org.perilune.contracts.Topology.Store.MONGODB;
import static org.perilune.contracts.Topology.Store.MQTT;
import static org.perilune.contracts.Topology.Store.OPENSEARCH;
import static org.perilune.contracts.Topology.Store.POSTGRESQL;
import static org.perilune.contracts.Topology.Store.REDIS;

import java.util.List;
import java.util.Map;
import java.util.Set;

/** The one description of who runs where and needs what; deployments and diagrams are made from it. */
public final class Topology {
    /** Backing stores, each with the port of its embedded server: the standard port plus 10000, MQTT's own. */
    public enum Store {
        POSTGRESQL("postgresql", 15432),
        REDIS("redis", 16379),
        MQTT("mqtt", 1883),
        MONGODB("mongodb", 37017),
        AMQP("amqp", 15672),
        OPENSEARCH("opensearch", 19200);

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

    public static final Service CREW = new Service("crew", 8100, Set.of(POSTGRESQL, AMQP), Set.of());
    public static final Service BATCH_ROUTER = new Service("batch-router", 8110, Set.of(MQTT, REDIS), Set.of("crew"));
    public static final Service TELEMETRY =
            new Service("telemetry", 8000, Set.of(POSTGRESQL, REDIS, MQTT, AMQP), Set.of("crew"));
    public static final Service COMMAND_DISPATCHER =
            new Service("command-dispatcher", 9000, Set.of(POSTGRESQL, REDIS, MQTT, AMQP), Set.of("crew", "telemetry"));
    public static final Service LUNAR_MODULE =
            new Service("lunar-module", 8080, Set.of(POSTGRESQL, MQTT), Set.of("crew", "command-dispatcher"));
    public static final Service TIMELINE =
            new Service("timeline", 8081, Set.of(MONGODB, AMQP), Set.of("crew", "command-dispatcher", "lunar-module"));
    public static final Service EVENT_BUS = new Service("event-bus", 5005, Set.of(POSTGRESQL, AMQP), Set.of("crew"));
    public static final Service POSTS =
            new Service("posts", 5001, Set.of(POSTGRESQL, AMQP), Set.of("crew", "telemetry", "command-dispatcher"));
    public static final Service COMMENTS =
            new Service("comments", 5002, Set.of(POSTGRESQL, AMQP), Set.of("crew", "posts"));
    public static final Service MODERATION = new Service("moderation", 5003, Set.of(POSTGRESQL, AMQP), Set.of("crew"));
    public static final Service QUERY =
            new Service("query", 5004, Set.of(POSTGRESQL, AMQP, OPENSEARCH), Set.of("crew", "event-bus"));
    public static final Service STATUS = new Service(
            "status",
            8090,
            Set.of(POSTGRESQL, REDIS, MQTT, MONGODB, AMQP, OPENSEARCH),
            Set.of(
                    "crew",
                    "batch-router",
                    "telemetry",
                    "command-dispatcher",
                    "lunar-module",
                    "timeline",
                    "event-bus",
                    "posts",
                    "comments",
                    "moderation",
                    "query",
                    "console"));
    public static final Service CONSOLE = new Service(
            "console",
            3000,
            Set.of(),
            Set.of(
                    "crew",
                    "telemetry",
                    "command-dispatcher",
                    "timeline",
                    "event-bus",
                    "posts",
                    "comments",
                    "moderation",
                    "query",
                    "status"));

    /** In the order in which they start; they stop in reverse. */
    public static final List<Service> SERVICES = List.of(
            CREW,
            BATCH_ROUTER,
            TELEMETRY,
            COMMAND_DISPATCHER,
            LUNAR_MODULE,
            TIMELINE,
            EVENT_BUS,
            POSTS,
            COMMENTS,
            MODERATION,
            QUERY,
            STATUS,
            CONSOLE);

    /**
     * Services that call others in their own name, with the role of their tokens. What they do for a person they do
     * with that person named: a service is nobody's second person.
     */
    public static final Map<Service, Role> TOKENS = Map.of(
            COMMAND_DISPATCHER,
            Role.VIEWER,
            TIMELINE,
            Role.OPERATOR,
            POSTS,
            Role.VIEWER,
            COMMENTS,
            Role.VIEWER,
            QUERY,
            Role.VIEWER);

    private Topology() {}

    /** @throws IllegalArgumentException for a name that is no service's */
    public static Service service(String name) {
        return SERVICES.stream()
                .filter(service -> service.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("No service is named " + name));
    }
}
