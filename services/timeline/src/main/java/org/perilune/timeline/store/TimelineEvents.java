package org.perilune.timeline.store;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.messaging.CloudEvent;
import org.perilune.contracts.Activity;
import org.perilune.contracts.Topology;
import org.perilune.timeline.event.Event;
import org.perilune.timeline.event.EventCommand;
import org.perilune.timeline.event.EventKind;
import org.perilune.timeline.event.EventState;

/** What is published of people's events; what is computed ahead is not. */
public final class TimelineEvents {
    private TimelineEvents() {}

    private record Data(
            @JsonUnwrapped Activity activity,
            String name,
            Instant time,
            String state,
            @JsonProperty("command_type") @Nullable String commandType,
            @JsonProperty("command_id") @Nullable String commandId,
            @Nullable String detail) {}

    /** Of an event that is new; empty where nobody planned it: occurrences come by themselves. */
    static Optional<CloudEvent> created(Event event) {
        if (event.kind() != EventKind.PLANNED) {
            return Optional.empty();
        }
        if (event.state() == EventState.MISSED) {
            return Optional.of(ended(event, event.state(), event.detail(), null, event.changedAt()));
        }
        if (event.series() != null) {
            return Optional.empty();
        }
        String when = event.repeat() == null ? "" : ", and again by " + event.repeat();
        String summary = "%s planned %s for %s%s".formatted(event.createdBy(), event.name(), event.time(), when);
        var activity = activity(event, event.createdBy(), event.createdAt(), summary);
        return Optional.of(
                event(Activity.Type.TIMELINE_EVENT_PLANNED, activity, event, EventState.PLANNED, null, null));
    }

    /** @param fields that were set, by their names in requests */
    public static CloudEvent changed(Event before, List<String> fields, String who, Instant at) {
        String summary = "%s changed %s of %s".formatted(who, String.join(", ", fields), before.name());
        return event(
                Activity.Type.TIMELINE_EVENT_CHANGED,
                activity(before, who, at, summary),
                before,
                before.state(),
                null,
                String.join(", ", fields));
    }

    public static CloudEvent cancelled(Event event, String who, Instant at) {
        String summary = "%s cancelled %s, which was planned for %s".formatted(who, event.name(), event.time());
        var activity = activity(event, who, at, summary);
        return event(Activity.Type.TIMELINE_EVENT_CANCELLED, activity, event, EventState.CANCELLED, null, null);
    }

    /**
     * Of an event whose time came.
     *
     * @param state a final one
     * @param commandId null where there is none
     */
    public static CloudEvent ended(
            Event event, EventState state, @Nullable String detail, @Nullable String commandId, Instant at) {
        String why = detail == null ? "" : ": " + detail;
        EventCommand command = event.command();
        String what = command == null ? "" : "; %s was sent to %s".formatted(command.type(), event.device());
        String asker = command == null || command.askedBy() == null ? "" : " on behalf of " + command.askedBy();
        String summary = event.name()
                + switch (state) {
                    case DISPATCHED -> " was due" + what + asker;
                    case PASSED -> " was due" + why;
                    case MISSED -> " was missed" + why;
                    case FAILED -> " failed" + why;
                    case PLANNED, DISPATCHING, CANCELLED, PREDICTED -> " is " + state.wireName();
                };
        String type = switch (state) {
            case DISPATCHED -> Activity.Type.TIMELINE_EVENT_DISPATCHED;
            case MISSED -> Activity.Type.TIMELINE_EVENT_MISSED;
            case FAILED -> Activity.Type.TIMELINE_EVENT_FAILED;
            case CANCELLED -> Activity.Type.TIMELINE_EVENT_CANCELLED;
            case PLANNED, DISPATCHING, PASSED, PREDICTED -> Activity.Type.TIMELINE_EVENT_PASSED;
        };
        return event(type, activity(event, null, at, summary), event, state, commandId, detail);
    }

    private static Activity activity(Event event, @Nullable String by, Instant at, String summary) {
        return new Activity(at, event.device(), by, event.id().toString(), summary);
    }

    private static CloudEvent event(
            String type,
            Activity activity,
            Event event,
            EventState state,
            @Nullable String commandId,
            @Nullable String detail) {
        EventCommand command = event.command();
        String commandType = command == null ? null : command.type();
        var data = new Data(activity, event.name(), event.time(), state.wireName(), commandType, commandId, detail);
        return CloudEvent.of(
                Topology.TIMELINE.name(),
                type,
                Objects.requireNonNull(activity.id()),
                activity.at(),
                data,
                Optional.empty());
    }
}
