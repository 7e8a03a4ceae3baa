package org.perilune.query.entries;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.javalin.http.Context;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.http.IdCursor;
import org.perilune.chassis.http.Requests;
import org.perilune.chassis.postgres.SqlTimes;
import org.perilune.contracts.EventTypes;
import org.perilune.query.model.Model;
import org.perilune.query.model.StaleSchemaRetry;
import org.perilune.query.model.VersionBarrier;

/** {@code GET /activity}: what else happened, oldest first. */
public final class ActivityRoutes {
    private static final int MOST_TYPES = 50;

    private final Jdbi jdbi;
    private final VersionBarrier barrier;

    public ActivityRoutes(Jdbi jdbi, VersionBarrier barrier) {
        this.jdbi = jdbi;
        this.barrier = barrier;
    }

    private record Asked(
            Optional<Instant> from,
            Optional<Instant> to,
            Optional<String> device,
            Set<String> types,
            Optional<UUID> after,
            int limit) {
        static String scope(Optional<Instant> from, Optional<Instant> to, Optional<String> device, Set<String> types) {
            return "activities\n" + from + "\n" + to + "\n" + device + "\n"
                    + types.stream().sorted().collect(Collectors.joining(" "));
        }

        String cursor(UUID last) {
            return IdCursor.text(last, scope(from, to, device, types));
        }
    }

    private record Activity(
            Instant at,
            String type,
            @Nullable String device,
            @Nullable String by,
            @Nullable String id,
            String summary,

            @JsonProperty(access = JsonProperty.Access.WRITE_ONLY)
            UUID key) {}

    private record Activities(
            List<Activity> activity, @Nullable String next) {}

    public void handle(Context context) {
        Requests.onlyParameters(context, Set.of("from", "to", "device", "type", "limit", "cursor"));
        Optional<Instant> from = Requests.instant(context, "from");
        Optional<Instant> to = Requests.instant(context, "to");
        if (from.isPresent() && to.isPresent() && from.get().isAfter(to.get())) {
            throw Requests.malformed("from", "must not be after to");
        }
        Optional<String> device = EntryQuery.name(context, "device");
        Set<String> types = types(context);
        int limit = Requests.integer(context, "limit", 100, 1, 1_000);
        Optional<UUID> after = Requests.text(context, "cursor")
                .map(cursor -> IdCursor.read(cursor, Asked.scope(from, to, device, types)));
        var asked = new Asked(from, to, device, types, after, limit);
        List<Activity> found = StaleSchemaRetry.retry(barrier.look(), barrier, model -> read(model, asked));
        boolean more = found.size() > limit;
        List<Activity> given = more ? found.subList(0, limit) : found;
        context.json(new Activities(given, more ? asked.cursor(given.getLast().key()) : null));
    }

    private static Set<String> types(Context context) {
        List<String> types = context.queryParams("type");
        if (types.size() > MOST_TYPES || !types.stream().allMatch(EventTypes::isType)) {
            throw Requests.malformed("type", "must be an event's type, such as CommandFinished; up to " + MOST_TYPES);
        }
        return Set.copyOf(types);
    }

    private List<Activity> read(Model model, Asked asked) {
        String sql = model.sql("""
                select at, type, device, by, id, summary, key from model_0.happenings where true %s %s %s %s %s
                order by at, key limit :limit
                """.formatted(
                        asked.from().isPresent() ? "and at >= :from" : "",
                        asked.to().isPresent() ? "and at <= :to" : "",
                        asked.device().isPresent() ? "and device = :device" : "",
                        asked.types().isEmpty() ? "" : "and type = any(:types)",
                        asked.after().isPresent()
                                ? "and (at, key) > (select at, key from model_0.happenings where key = :after)"
                                : ""));
        return jdbi.withHandle(handle -> {
            Query query = handle.createQuery(sql).bind("limit", asked.limit() + 1);
            asked.from().ifPresent(from -> query.bind("from", SqlTimes.of(from)));
            asked.to().ifPresent(to -> query.bind("to", SqlTimes.of(to)));
            asked.device().ifPresent(device -> query.bind("device", device));
            asked.after().ifPresent(after -> query.bind("after", after));
            if (!asked.types().isEmpty()) {
                query.bindArray("types", String.class, asked.types().toArray());
            }
            return query.map((row, context) -> new Activity(
                            SqlTimes.instant(row, "at"),
                            row.getString("type"),
                            row.getString("device"),
                            row.getString("by"),
                            row.getString("id"),
                            row.getString("summary"),
                            row.getObject("key", UUID.class)))
                    .list();
        });
    }
}
