package org.perilune.contracts;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.perilune.contracts.Topology.Service;

/** Which types of events are one service's own: what says to be one and is not from there is forged, or a test. */
public final class EventOwners {
    private static final Map<String, Service> OWNERS;

    static {
        var owners = new HashMap<String, Service>();
        Topology.SERVICES.forEach(service -> service.publishes().forEach(type -> owners.put(type, service)));
        OWNERS = Map.copyOf(owners);
    }

    private EventOwners() {}

    /** Empty for a type that anybody may publish. */
    public static Optional<Service> ownerOf(String type) {
        return Optional.ofNullable(OWNERS.get(type));
    }
}
