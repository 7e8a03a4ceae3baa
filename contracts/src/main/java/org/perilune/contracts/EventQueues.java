package org.perilune.contracts;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.perilune.contracts.Topology.Service;

/** Who takes events of which types: each has a queue, {@link Exchanges#queueOf}. */
public final class EventQueues {
    /** Of each service that takes events the types, or {@link Exchanges#EVERY_TYPE}. */
    public static final Map<Service, Set<String>> TYPES;

    static {
        var types = new LinkedHashMap<Service, Set<String>>();
        types.put(
                Topology.MODERATION,
                Set.of(FlightLog.COMMENT_CREATED, FlightLog.COMMENT_UPDATED, FlightLog.COMMENT_DELETED));
        types.put(
                Topology.COMMENTS,
                Set.of(
                        FlightLog.POST_CREATED,
                        FlightLog.POST_UPDATED,
                        FlightLog.POST_DELETED,
                        FlightLog.COMMENT_MODERATED));
        types.put(Topology.QUERY, Set.of(Exchanges.EVERY_TYPE));
        types.put(Topology.EVENT_BUS, Set.of(Exchanges.EVERY_TYPE));
        TYPES = Collections.unmodifiableMap(types);
    }

    private EventQueues() {}

    /** @throws IllegalArgumentException for a service that takes none */
    public static Set<String> typesOf(Service service) {
        Set<String> types = TYPES.get(service);
        if (types == null) {
            throw new IllegalArgumentException(service.name() + " takes no events");
        }
        return types;
    }
}
