package org.perilune.contracts;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.perilune.contracts.Topology.Service;

/** Which types of events are one service's own: what says to be one and is not from there is forged, or a test. */
public final class EventOwners {
    private static final Map<String, Service> OWNERS;

    static {
        var types = new HashMap<Service, List<String>>();
        types.put(
                Topology.COMMAND_DISPATCHER,
                List.of(
                        Happening.Type.COMMAND_ACCEPTED,
                        Happening.Type.COMMAND_HELD,
                        Happening.Type.COMMAND_APPROVED,
                        Happening.Type.COMMAND_FINISHED));
        types.put(
                Topology.TIMELINE,
                List.of(
                        Happening.Type.TIMELINE_EVENT_PLANNED,
                        Happening.Type.TIMELINE_EVENT_CHANGED,
                        Happening.Type.TIMELINE_EVENT_CANCELLED,
                        Happening.Type.TIMELINE_EVENT_DISPATCHED,
                        Happening.Type.TIMELINE_EVENT_PASSED,
                        Happening.Type.TIMELINE_EVENT_MISSED,
                        Happening.Type.TIMELINE_EVENT_FAILED));
        types.put(Topology.TELEMETRY, List.of(Happening.Type.TELEMETRY_GAP_FOUND, Happening.Type.TELEMETRY_GAP_FILLED));
        types.put(
                Topology.CREW,
                List.of(Happening.Type.LOGGED_IN, Happening.Type.LOGGED_OUT, Happening.Type.LOG_IN_REFUSED));
        types.put(Topology.POSTS, List.of(FlightLog.POST_CREATED, FlightLog.POST_UPDATED, FlightLog.POST_DELETED));
        types.put(
                Topology.COMMENTS,
                List.of(FlightLog.COMMENT_CREATED, FlightLog.COMMENT_UPDATED, FlightLog.COMMENT_DELETED));
        types.put(Topology.MODERATION, List.of(FlightLog.COMMENT_MODERATED));
        var owners = new HashMap<String, Service>();
        types.forEach((service, own) -> own.forEach(type -> owners.put(type, service)));
        OWNERS = Map.copyOf(owners);
    }

    private EventOwners() {}

    /** Empty for a type that anybody may publish. */
    public static Optional<Service> ownerOf(String type) {
        return Optional.ofNullable(OWNERS.get(type));
    }
}
