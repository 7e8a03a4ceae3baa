package org.perilune.timeline.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import java.time.Clock;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.bson.BsonBoolean;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.http.HttpListener;
import org.perilune.chassis.http.Requests;
import org.perilune.chassis.json.Json;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.timeline.event.Event;
import org.perilune.timeline.event.EventCommand;
import org.perilune.timeline.event.EventInput;
import org.perilune.timeline.event.EventJson;
import org.perilune.timeline.event.EventKind;
import org.perilune.timeline.event.EventMaker;
import org.perilune.timeline.event.EventState;
import org.perilune.timeline.event.Faults;
import org.perilune.timeline.store.Change;
import org.perilune.timeline.store.EventDocument;
import org.perilune.timeline.store.EventStore;
import org.perilune.timeline.store.Timeline;
import org.perilune.timeline.store.TimelineEvents;

/** {@code PATCH /data/{id}} and {@code POST /data/{id}/cancel}. */
public final class ChangeRoute {
    private static final String VERSION = "version";
    private static final int MOST_RACES = 5;

    private final Timeline timeline;
    private final EventStore store;
    private final EventMaker maker;
    private final DryRuns dryRuns;
    private final Clock clock;

    public ChangeRoute(Timeline timeline, EventStore store, EventMaker maker, DryRuns dryRuns, Clock clock) {
        this.timeline = timeline;
        this.store = store;
        this.maker = maker;
        this.dryRuns = dryRuns;
        this.clock = clock;
    }

    void change(Context context) {
        Requests.onlyParameters(context, Set.of());
        UUID id = DataRoute.id(context);
        ObjectNode body = Requests.json(context, ObjectNode.class);
        var faults = new Faults();
        var input = new EventInput(body, "", faults);
        var known = new HashSet<>(EventInput.FIELDS);
        known.add(VERSION);
        input.only(known);
        Long version = version(body, faults);
        if (version == null && !body.has(VERSION)) {
            faults.add(VERSION, "is missing: give the version that the change is made on");
        }
        if (EventInput.FIELDS.stream().noneMatch(input::says)) {
            faults.add("body", "changes nothing");
        }
        Event event = store.find(id).orElseThrow(() -> DataRoute.unknown(id.toString()));
        String who = HttpListener.principal(context).name();
        var change = Change.by(who, clock.instant());
        Wanted wanted = read(input, event, who, change, faults);
        faults.check();
        checkChangeable(event, version);
        if (wanted.command() != null) {
            dryRuns.check(context, List.of(wanted.of(event)), List.of(""));
        }
        List<String> fields =
                EventInput.FIELDS.stream().filter(input::says).sorted().toList();
        change.tells(TimelineEvents.changed(event, fields, who, clock.instant()));
        Event changed = timeline.change(id, event.version(), change)
                .orElseThrow(() -> new ServiceException.Conflict("The event was changed just now; read it anew"));
        context.contentType("application/json").result(EventJson.bytes(changed));
    }

    /** What is to be dispatched afterwards. */
    private record Wanted(@Nullable String device, @Nullable EventCommand command) {
        Event of(Event event) {
            return new Event(
                    event.id(),
                    event.name(),
                    event.kind(),
                    event.time(),
                    null,
                    device,
                    command,
                    event.runOnce(),
                    null,
                    null,
                    event.state(),
                    null,
                    null,
                    event.createdBy(),
                    event.createdAt(),
                    event.changedBy(),
                    event.changedAt(),
                    event.version(),
                    0,
                    null,
                    null);
        }
    }

    /**
     * Who says what is to be done, or where, asks for it. Who says no more than when or how it is called does not:
     * whoever asked must not come to approve it for that.
     */
    private Wanted read(EventInput input, Event event, String who, Change change, Faults faults) {
        if (input.says(EventInput.NAME)) {
            change.set(EventDocument.NAME, text(input.name()));
        }
        if (input.says(EventInput.IF_MISSED)) {
            change.set(EventDocument.RUN_ONCE, BsonBoolean.valueOf(input.runOnce()));
        }
        readTime(input, event, change, faults);
        String device = event.device();
        if (input.says(EventInput.DEVICE)) {
            device = input.gives(EventInput.DEVICE) ? input.device() : null;
        }
        EventCommand command = event.command();
        if (input.says(EventInput.COMMAND)) {
            command = input.gives(EventInput.COMMAND) ? input.command() : null;
        }
        if (command != null && (input.says(EventInput.COMMAND) || input.says(EventInput.DEVICE))) {
            command = command.askedBy(who);
        }
        change.set(EventDocument.COMMAND, command == null ? null : EventDocument.command(command));
        if (device == null && command != null) {
            device = EventMaker.DEFAULT_DEVICE;
        }
        change.set(EventDocument.DEVICE, text(device));
        return new Wanted(device, command);
    }

    private void readTime(EventInput input, Event event, Change change, Faults faults) {
        if (!input.says(EventInput.TIME) && !input.says(EventInput.REPEAT)) {
            return;
        }
        Instant time = input.says(EventInput.TIME) ? input.time() : event.time();
        String repeat = event.repeat();
        if (input.says(EventInput.REPEAT)) {
            repeat = input.gives(EventInput.REPEAT) ? input.repeat() : null;
            if (repeat != null && event.series() != null) {
                faults.add(EventInput.REPEAT, "an occurrence cannot be repeated; change the event it belongs to");
            }
            change.set(EventDocument.REPEAT, text(repeat));
            if (!input.says(EventInput.TIME)) {
                time = repeat == null ? event.time() : clock.instant();
            }
        }
        if (time != null && repeat != null) {
            time = maker.first(repeat, time, "", faults);
        }
        if (time != null) {
            change.time(time);
        }
    }

    void cancel(Context context) {
        Requests.onlyParameters(context, Set.of());
        UUID id = DataRoute.id(context);
        ObjectNode body = context.bodyAsBytes().length == 0
                ? Json.mapper().createObjectNode()
                : Requests.json(context, ObjectNode.class);
        var faults = new Faults();
        new EventInput(body, "", faults).only(Set.of(VERSION));
        Long version = version(body, faults);
        faults.check();
        String who = HttpListener.principal(context).name();
        context.contentType("application/json").result(EventJson.bytes(cancel(id, version, who)));
    }

    private Event cancel(UUID id, @Nullable Long version, String who) {
        for (int race = 0; race < MOST_RACES; race++) {
            Event event = store.find(id).orElseThrow(() -> DataRoute.unknown(id.toString()));
            if (event.state() == EventState.CANCELLED) {
                return event;
            }
            checkChangeable(event, version);
            Instant now = clock.instant();
            Change change =
                    Change.by(who, now).state(EventState.CANCELLED).tells(TimelineEvents.cancelled(event, who, now));
            Optional<Event> cancelled = timeline.change(id, event.version(), change);
            if (cancelled.isPresent()) {
                return cancelled.get();
            }
        }
        throw new ServiceException.Conflict("The event changes too often just now; try again");
    }

    private static void checkChangeable(Event event, @Nullable Long version) {
        if (event.kind() != EventKind.PLANNED) {
            throw new ServiceException.Conflict("What is computed ahead cannot be changed");
        }
        if (event.state() != EventState.PLANNED) {
            throw new ServiceException.Conflict("The event is " + event.state().wireName() + ", and no longer planned");
        }
        if (version != null && version != event.version()) {
            throw new ServiceException.Conflict("Version " + version + " is not the newest: " + event.changedBy()
                    + " made version " + event.version() + "; read the event anew");
        }
    }

    private static @Nullable Long version(ObjectNode body, Faults faults) {
        if (!body.has(VERSION)) {
            return null;
        }
        JsonNode version = body.get(VERSION);
        if (version.isIntegralNumber() && version.canConvertToLong() && version.longValue() >= 1) {
            return version.longValue();
        }
        faults.add(VERSION, "must be a whole number from 1 on");
        return null;
    }

    private static @Nullable BsonValue text(@Nullable String value) {
        return value == null ? null : EventDocument.text(value);
    }
}
