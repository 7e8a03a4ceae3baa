package org.perilune.timeline.event;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Makes events of what was asked for. */
public final class EventMaker {
    /** Where commands go whose event names none. */
    public static final String DEFAULT_DEVICE = "lunar-module";

    private final Clock clock;

    public EventMaker(Clock clock) {
        this.clock = clock;
    }

    /**
     * The event; empty where there are faults, which are noted.
     *
     * @param prefix goes before the names of fields in faults
     * @param who asks
     * @param request hash of the body, where the request can be repeated
     */
    public Optional<Event> make(
            ObjectNode body, String prefix, String who, UUID id, @Nullable String request, Faults faults) {
        var input = new EventInput(body, prefix, faults);
        input.only(EventInput.FIELDS);
        String name = input.name();
        Instant time = input.time();
        String device = input.gives(EventInput.DEVICE) ? input.device() : null;
        EventCommand command = input.gives(EventInput.COMMAND) ? input.command() : null;
        boolean runOnce = input.gives(EventInput.IF_MISSED) && input.runOnce();
        String repeat = input.gives(EventInput.REPEAT) ? input.repeat() : null;
        Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        if (time != null && repeat != null) {
            time = first(repeat, time, prefix, faults);
        }
        if (name == null || time == null) {
            return Optional.empty();
        }
        return Optional.of(new Event(
                id,
                name,
                EventKind.PLANNED,
                time,
                null,
                device == null && command != null ? DEFAULT_DEVICE : device,
                command == null ? null : command.askedBy(who),
                runOnce,
                repeat,
                null,
                EventState.PLANNED,
                null,
                null,
                who,
                now,
                who,
                now,
                1,
                0,
                request,
                null));
    }

    /** The first occurrence that is still to come; null, with a fault, where there is none. */
    @Nullable
    public Instant first(String repeat, Instant from, String prefix, Faults faults) {
        Instant now = clock.instant();
        Optional<Instant> first = Schedule.parse(repeat).atOrAfter(from.isAfter(now) ? from : now);
        if (first.isEmpty()) {
            faults.add(prefix + EventInput.REPEAT, "never comes, or not before the year 10000");
        }
        return first.orElse(null);
    }
}
