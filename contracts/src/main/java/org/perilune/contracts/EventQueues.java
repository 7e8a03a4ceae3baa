package org.perilune.contracts;

import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.perilune.contracts.Topology.Service;

/** Who takes events of which types: each has a queue, {@link Exchanges#queueOf}. */
public final class EventQueues {
    /** Of each service that takes events the types, or {@link Exchanges#EVERY_TYPE}. */
    public static final Map<Service, Set<String>> TYPES = Topology.SERVICES.stream()
            .filter(service -> !service.consumes().isEmpty())
            .collect(Collectors.toUnmodifiableMap(Function.identity(), Service::consumes));

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
