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
import java.util.stream.Stream;

/** The one description of who runs where and needs what; queues, deployments and diagrams are made from it. */
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
     * @param publishes types of events that are its own
     * @param consumes types of events that it takes, or {@link Exchanges#EVERY_TYPE}
     * @param reads streams in Redis that it is a consumer of
     * @param writes streams in Redis that it adds to
     */
    public record Service(
            String name,
            int port,
            Set<Store> stores,
            Set<String> calls,
            Set<String> publishes,
            Set<String> consumes,
            Set<String> reads,
            Set<String> writes,
            Capacity capacity) {
        private static final Capacity SMALL = new Capacity(256, 50, Capacity.Scaling.PROCESSOR, 4);

        public Service {
            stores = Set.copyOf(stores);
            calls = Set.copyOf(calls);
            publishes = Set.copyOf(publishes);
            consumes = Set.copyOf(consumes);
            reads = Set.copyOf(reads);
            writes = Set.copyOf(writes);
        }

        /** A small one that has to do with no events and no streams. */
        public Service(String name, int port, Set<Store> stores, Set<String> calls) {
            this(name, port, stores, calls, Set.of(), Set.of(), Set.of(), Set.of(), SMALL);
        }

        Service publishes(String... types) {
            return new Service(name, port, stores, calls, Set.of(types), consumes, reads, writes, capacity);
        }

        Service consumes(String... types) {
            return new Service(name, port, stores, calls, publishes, Set.of(types), reads, writes, capacity);
        }

        Service reads(List<String> streams) {
            return new Service(name, port, stores, calls, publishes, consumes, Set.copyOf(streams), writes, capacity);
        }

        Service writes(List<String> streams) {
            return new Service(name, port, stores, calls, publishes, consumes, reads, Set.copyOf(streams), capacity);
        }

        Service capacity(Capacity other) {
            return new Service(name, port, stores, calls, publishes, consumes, reads, writes, other);
        }

        public boolean hasDatabase() {
            return stores.contains(POSTGRESQL);
        }

        /** Its PostgreSQL role and database. */
        public String databaseName() {
            return name.replace('-', '_');
        }
    }

    public static final Service CREW = new Service("crew", 8100, Set.of(POSTGRESQL, AMQP), Set.of())
            .publishes(Activity.Type.LOGGED_IN, Activity.Type.LOGGED_OUT, Activity.Type.LOG_IN_REFUSED)
            .capacity(new Capacity(384, 100, Capacity.Scaling.PROCESSOR, 4));
    public static final Service BATCH_ROUTER = new Service("batch-router", 8110, Set.of(MQTT, REDIS), Set.of("crew"))
            .writes(union(
                    Streams.telemetryPartitions(),
                    List.of(Streams.CONNECT, Streams.LAST_WILL, Streams.ACKS, Streams.REJECTS)))
            .capacity(new Capacity(384, 250, Capacity.Scaling.PROCESSOR, 4));
    public static final Service TELEMETRY = new Service(
                    "telemetry", 8000, Set.of(POSTGRESQL, REDIS, MQTT, AMQP), Set.of("crew"))
            .publishes(Activity.Type.TELEMETRY_GAP_FOUND, Activity.Type.TELEMETRY_GAP_FILLED)
            .reads(union(
                    Streams.telemetryPartitions(),
                    List.of(Streams.CONNECT, Streams.LAST_WILL, Streams.REJECTS, Streams.POSTED)))
            .writes(List.of(Streams.POSTED))
            .capacity(new Capacity(512, 250, Capacity.Scaling.STREAMS, Streams.TELEMETRY_PARTITIONS));
    public static final Service COMMAND_DISPATCHER = new Service(
                    "command-dispatcher", 9000, Set.of(POSTGRESQL, REDIS, MQTT, AMQP), Set.of("crew", "telemetry"))
            .publishes(
                    Activity.Type.COMMAND_ACCEPTED,
                    Activity.Type.COMMAND_HELD,
                    Activity.Type.COMMAND_APPROVED,
                    Activity.Type.COMMAND_FINISHED)
            .reads(List.of(Streams.ACKS, Streams.CONNECT))
            .writes(List.of(Streams.REJECTS));
    public static final Service LUNAR_MODULE = new Service(
                    "lunar-module", 8080, Set.of(POSTGRESQL, MQTT), Set.of("crew", "command-dispatcher"))
            .capacity(Capacity.fixed(256, 50));
    public static final Service TIMELINE = new Service(
                    "timeline", 8081, Set.of(MONGODB, AMQP), Set.of("crew", "command-dispatcher", "lunar-module"))
            .publishes(
                    Activity.Type.TIMELINE_EVENT_PLANNED,
                    Activity.Type.TIMELINE_EVENT_CHANGED,
                    Activity.Type.TIMELINE_EVENT_CANCELLED,
                    Activity.Type.TIMELINE_EVENT_DISPATCHED,
                    Activity.Type.TIMELINE_EVENT_PASSED,
                    Activity.Type.TIMELINE_EVENT_MISSED,
                    Activity.Type.TIMELINE_EVENT_FAILED);
    public static final Service EVENT_BUS = new Service("event-bus", 5005, Set.of(POSTGRESQL, AMQP), Set.of("crew"))
            .consumes(Exchanges.EVERY_TYPE)
            .capacity(new Capacity(256, 50, Capacity.Scaling.QUEUE, 4));
    public static final Service POSTS = new Service(
                    "posts", 5001, Set.of(POSTGRESQL, AMQP), Set.of("crew", "telemetry", "command-dispatcher"))
            .publishes(FlightLog.POST_CREATED, FlightLog.POST_UPDATED, FlightLog.POST_DELETED);
    public static final Service COMMENTS = new Service(
                    "comments", 5002, Set.of(POSTGRESQL, AMQP), Set.of("crew", "posts"))
            .publishes(FlightLog.COMMENT_CREATED, FlightLog.COMMENT_UPDATED, FlightLog.COMMENT_DELETED)
            .consumes(
                    FlightLog.POST_CREATED,
                    FlightLog.POST_UPDATED,
                    FlightLog.POST_DELETED,
                    FlightLog.COMMENT_MODERATED);
    public static final Service MODERATION = new Service("moderation", 5003, Set.of(POSTGRESQL, AMQP), Set.of("crew"))
            .publishes(FlightLog.COMMENT_MODERATED)
            .consumes(FlightLog.COMMENT_CREATED, FlightLog.COMMENT_UPDATED, FlightLog.COMMENT_DELETED)
            .capacity(new Capacity(256, 50, Capacity.Scaling.QUEUE, 4));
    public static final Service QUERY = new Service(
                    "query", 5004, Set.of(POSTGRESQL, AMQP, OPENSEARCH), Set.of("crew", "event-bus"))
            .consumes(Exchanges.EVERY_TYPE)
            .capacity(new Capacity(384, 100, Capacity.Scaling.QUEUE, 4));
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
                            "console"))
            .capacity(Capacity.fixed(256, 50));
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
                            "status"))
            .capacity(new Capacity(384, 100, Capacity.Scaling.PROCESSOR, 4));

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

    private static List<String> union(List<String> some, List<String> others) {
        return Stream.concat(some.stream(), others.stream()).toList();
    }

    /** @throws IllegalArgumentException for a name that is no service's */
    public static Service service(String name) {
        return SERVICES.stream()
                .filter(service -> service.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("No service is named " + name));
    }
}
