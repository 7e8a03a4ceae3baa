package org.perilune.timeline.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.http.HttpListener;
import org.perilune.chassis.http.Requests;
import org.perilune.chassis.json.Json;
import org.perilune.chassis.runtime.Ids;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.timeline.event.Event;
import org.perilune.timeline.event.EventIds;
import org.perilune.timeline.event.EventJson;
import org.perilune.timeline.event.EventMaker;
import org.perilune.timeline.event.Faults;
import org.perilune.timeline.store.EventIndex;
import org.perilune.timeline.store.EventStore;
import org.perilune.timeline.store.Timeline;
import org.perilune.timeline.store.Timeline.Created;

/** {@code POST /input} and {@code POST /inputs}. */
public final class InputRoute {
    private static final String KEY_HEADER = "Idempotency-Key";
    private static final Pattern KEY = Pattern.compile("[\\x21-\\x7e]([\\x20-\\x7e]{0,198}[\\x21-\\x7e])?");
    private static final String EVENTS = "events";
    private static final int MOST_AT_ONCE = 1_000;

    private final Timeline timeline;
    private final EventStore store;
    private final EventIndex index;
    private final EventMaker maker;
    private final DryRuns dryRuns;
    private final int mostEvents;
    private final Clock clock;

    public InputRoute(
            Timeline timeline,
            EventStore store,
            EventIndex index,
            EventMaker maker,
            DryRuns dryRuns,
            int mostEvents,
            Clock clock) {
        this.timeline = timeline;
        this.store = store;
        this.index = index;
        this.maker = maker;
        this.dryRuns = dryRuns;
        this.mostEvents = mostEvents;
        this.clock = clock;
    }

    void one(Context context) {
        Requests.onlyParameters(context, Set.of());
        var asked = new Asked(context, "input");
        ObjectNode body = Requests.json(context, ObjectNode.class);
        var faults = new Faults();
        Optional<Event> event = maker.make(body, "", asked.who, asked.id(0), asked.hash(body), faults);
        faults.check();
        Created created = create(context, asked, List.of(event.orElseThrow()), List.of(""));
        context.status(created.anyFresh() ? 201 : 200)
                .contentType("application/json")
                .result(EventJson.bytes(created.events().getFirst()));
    }

    void many(Context context) {
        Requests.onlyParameters(context, Set.of());
        var asked = new Asked(context, "inputs");
        ObjectNode body = Requests.json(context, ObjectNode.class);
        var faults = new Faults();
        body.fieldNames().forEachRemaining(field -> {
            if (!field.equals(EVENTS)) {
                faults.add(field, "there is no such field");
            }
        });
        JsonNode given = body.path(EVENTS);
        if (!given.isArray() || given.isEmpty() || given.size() > MOST_AT_ONCE) {
            faults.add(EVENTS, "must be a list of 1 to " + MOST_AT_ONCE + " events");
        }
        faults.check();
        String hash = asked.hash(body);
        var events = new ArrayList<Event>();
        var prefixes = new ArrayList<String>();
        for (int position = 0; position < given.size(); position++) {
            String prefix = EVENTS + "[" + position + "]";
            if (given.get(position) instanceof ObjectNode fields) {
                maker.make(fields, prefix + ".", asked.who, asked.id(position), hash, faults)
                        .ifPresent(events::add);
                prefixes.add(prefix + ".");
            } else {
                faults.add(prefix, "must be an object");
            }
        }
        faults.check();
        Created created = create(context, asked, events, prefixes);
        ObjectNode answer = Json.mapper().createObjectNode();
        answer.set("data", EventJson.array(created.events()));
        context.status(created.anyFresh() ? 201 : 200)
                .contentType("application/json")
                .result(Json.bytes(answer));
    }

    private Created create(Context context, Asked asked, List<Event> events, List<String> prefixes) {
        boolean repeated =
                asked.key != null && store.find(events.getFirst().id()).isPresent();
        if (!repeated) {
            if (index.size() + events.size() > mostEvents) {
                throw new ServiceException.TooMany(
                        "The timeline is full: it holds up to " + mostEvents + " events. Past ones go with time;"
                                + " timeline.most-events and timeline.keep.planned say how many and how long.",
                        Duration.ofHours(1));
            }
            dryRuns.check(context, events, prefixes);
        }
        return timeline.create(events);
    }

    /** Who asks, and by which key. */
    private final class Asked {
        private final String who;
        private final String route;
        private final @Nullable String key;

        private Asked(Context context, String route) {
            this.who = HttpListener.principal(context).name();
            this.route = route;
            this.key = context.header(KEY_HEADER);
            if (key != null && !KEY.matcher(key).matches()) {
                throw Requests.malformed(KEY_HEADER, "must be 1 to 200 printable ASCII characters");
            }
        }

        private UUID id(int position) {
            return key == null ? Ids.next(clock) : EventIds.requested(route, who, key, position);
        }

        private @Nullable String hash(ObjectNode body) {
            return key == null ? null : EventIds.hash(body.toString().getBytes(StandardCharsets.UTF_8));
        }
    }
}
