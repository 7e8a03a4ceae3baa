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
                        Activity.Type.COMMAND_ACCEPTED,
                        Activity.Type.COMMAND_HELD,
                        Activity.Type.COMMAND_APPROVED,
                        Activity.Type.COMMAND_FINISHED));
        types.put(
                Topology.TIMELINE,
                List.of(
                        Activity.Type.TIMELINE_EVENT_PLANNED,
                        Activity.Type.TIMELINE_EVENT_CHANGED,
                        Activity.Type.TIMELINE_EVENT_CANCELLED,
                        Activity.Type.TIMELINE_EVENT_DISPATCHED,
                        Activity.Type.TIMELINE_EVENT_PASSED,
                        Activity.Type.TIMELINE_EVENT_MISSED,
                        Activity.Type.TIMELINE_EVENT_FAILED));
        types.put(Topology.TELEMETRY, List.of(Activity.Type.TELEMETRY_GAP_FOUND, Activity.Type.TELEMETRY_GAP_FILLED));
        types.put(
                Topology.CREW,
                List.of(Activity.Type.LOGGED_IN, Activity.Type.LOGGED_OUT, Activity.Type.LOG_IN_REFUSED));
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
