package org.perilune.timeline.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.http.Requests;
import org.perilune.chassis.json.Json;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.timeline.event.Entry;
import org.perilune.timeline.event.Event;
import org.perilune.timeline.event.EventJson;
import org.perilune.timeline.event.EventKind;
import org.perilune.timeline.event.EventState;
import org.perilune.timeline.event.Schedule;
import org.perilune.timeline.store.DataQuery;
import org.perilune.timeline.store.EventIndex;
import org.perilune.timeline.store.EventStore;

/** {@code GET /data} and {@code GET /data/{id}}. */
public final class DataRoute {
    private static final Set<String> PARAMETERS = Set.of("from", "to", "device", "kind", "state", "limit", "cursor");

    private final EventStore store;
    private final EventIndex index;
    private final Supplier<Boolean> loaded;

    /** @param loaded whether the index has all */
    public DataRoute(EventStore store, EventIndex index, Supplier<Boolean> loaded) {
        this.store = store;
        this.index = index;
        this.loaded = loaded;
    }

    void page(Context context) {
        Requests.onlyParameters(context, PARAMETERS);
        Instant from = clamp(Requests.instant(context, "from").orElse(Instant.EPOCH));
        Instant to = clamp(Requests.instant(context, "to").orElse(Schedule.LATEST));
        if (from.isAfter(to)) {
            throw Requests.malformed("from", "must not be after to");
        }
        Set<EventKind> kinds = choices(context, "kind", EventKind::ofWireName);
        Set<EventState> states = choices(context, "state", EventState::ofWireName);
        @Nullable String device = context.queryParam("device");
        String scope = from + " " + to + " " + device + " " + sorted(kinds) + " " + sorted(states);
        @Nullable String cursor = context.queryParam("cursor");
        var query = new DataQuery(
                from.toEpochMilli(),
                to.toEpochMilli(),
                device,
                kinds,
                states,
                Requests.integer(context, "limit", 100, 1, 1_000),
                cursor == null ? null : Cursor.read(cursor, scope));
        context.contentType("application/json").result(Json.bytes(page(query, scope)));
    }

    private ObjectNode page(DataQuery query, String scope) {
        if (!loaded.get()) {
            throw new ServiceException.Unavailable(
                    "The timeline has not been read from MongoDB yet; try again in a moment", null);
        }
        List<Entry> found = index.page(query);
        boolean more = found.size() > query.limit();
        List<Entry> given = more ? found.subList(0, query.limit()) : found;
        List<Event> events = store.find(given.stream().map(Entry::id).toList());
        ObjectNode page = Json.mapper().createObjectNode();
        page.set("data", EventJson.array(events));
        page.put("next", more ? Cursor.of(given.getLast().position(), scope) : null);
        return page;
    }

    void one(Context context) {
        Requests.onlyParameters(context, Set.of());
        UUID id = id(context);
        Event event = store.find(id).orElseThrow(() -> unknown(id.toString()));
        context.contentType("application/json").result(EventJson.bytes(event));
    }

    /** @throws ServiceException.NotFound for what is no id */
    static UUID id(Context context) {
        String id = context.pathParam("id");
        try {
            UUID parsed = UUID.fromString(id);
            if (parsed.toString().equalsIgnoreCase(id)) {
                return parsed;
            }
        } catch (IllegalArgumentException ignored) {
            // Answered below, like an id of another form.
        }
        throw unknown(id.length() <= 64 ? id : id.substring(0, 63) + "…");
    }

    static ServiceException.NotFound unknown(String id) {
        return new ServiceException.NotFound("No event has the id " + id);
    }

    private static <T> Set<T> choices(Context context, String name, Function<String, Optional<T>> parse) {
        return context.queryParams(name).stream()
                .map(text -> parse.apply(text).orElseThrow(() -> Requests.malformed(name, "there is no such " + name)))
                .collect(Collectors.toSet());
    }

    private static <T extends Comparable<T>> List<T> sorted(Set<T> choices) {
        return choices.stream().sorted().toList();
    }

    private static Instant clamp(Instant instant) {
        if (instant.isBefore(Instant.EPOCH)) {
            return Instant.EPOCH;
        }
        return instant.isAfter(Schedule.LATEST) ? Schedule.LATEST : instant;
    }
}
