package org.perilune.commanddispatcher.lifecycle;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.postgres.SqlTimes;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.commanddispatcher.dictionary.CommandType;

/** Reads commands. Safe for threads. */
public final class CommandQueries {
    static final String COLUMNS = """
            id, device, device_type, dictionary_version, command_type, parameters::text, significance, state, detail,
            results::text, requested_by, principal, requested_at, expires_at, approved_by, verification::text,
            executed_at, attempts, changed_at, revision
            """;

    private final Jdbi jdbi;

    public CommandQueries(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /** Commands, newest first; {@code more} where further ones follow. */
    public record Page(List<CommandRecord> commands, boolean more) {}

    public Page page(CommandQuery query) {
        Map<String, Object> values = new HashMap<>();
        List<CommandRecord> found = jdbi.withHandle(handle -> handle.createQuery(pageOf(query, values))
                .bindMap(values)
                .bind("limit", query.limit() + 1)
                .map((rows, context) -> command(rows))
                .list());
        boolean more = found.size() > query.limit();
        return new Page(more ? found.subList(0, query.limit()) : found, more);
    }

    /** The query as it goes to PostgreSQL. */
    public static String pageOf(CommandQuery query) {
        return pageOf(query, new HashMap<>());
    }

    /** @param values are put here */
    private static String pageOf(CommandQuery query, Map<String, Object> values) {
        var where = new StringBuilder("true");
        restrict(where, values, "device", "device = :device", query.device());
        restrict(where, values, "requester", "requested_by = :requester", query.requestedBy());
        restrict(where, values, "from", "requested_at >= :from", SqlTimes.of(query.from()));
        restrict(where, values, "to", "requested_at <= :to", SqlTimes.of(query.to()));
        if (!query.states().isEmpty()) {
            // By their words, which are ours: a plan for any states could not use the index of those that are not
            // final.
            where.append(query.states().stream()
                    .map(state -> "'" + state.wireName() + "'")
                    .sorted()
                    .collect(Collectors.joining(", ", " and state in (", ")")));
        }
        CommandCursor after = query.after();
        if (after != null) {
            restrict(where, values, "at", "(requested_at, id) < (:at, :id)", SqlTimes.of(after.requestedAt()));
            values.put("id", after.id());
        }
        return "select " + COLUMNS + " from command where " + where
                + " order by requested_at desc, id desc limit :limit";
    }

    private static void restrict(
            StringBuilder where, Map<String, Object> values, String name, String clause, @Nullable Object value) {
        if (value != null) {
            where.append(" and ").append(clause);
            values.put(name, value);
        }
    }

    public Optional<CommandRecord> find(UUID id) {
        return jdbi.withHandle(handle -> find(handle, id, false));
    }

    /** @param lock so that nobody changes it until the handle's transaction ends */
    public static Optional<CommandRecord> find(Handle handle, UUID id, boolean lock) {
        return handle.createQuery("select " + COLUMNS + " from command where id = :id" + (lock ? " for update" : ""))
                .bind("id", id)
                .map((rows, context) -> command(rows))
                .findOne();
    }

    public static ServiceException.NotFound unknown(UUID id) {
        return new ServiceException.NotFound("There is no command with the id " + id);
    }

    public List<CommandRecord> all(Collection<UUID> ids) {
        return jdbi.withHandle(handle -> handle.createQuery("select " + COLUMNS + " from command where id = any (:ids)")
                .bind("ids", ids.toArray(UUID[]::new))
                .map((rows, context) -> command(rows))
                .list());
    }

    public List<CommandRecord.Line> history(UUID id) {
        return jdbi.withHandle(handle -> handle.createQuery("""
                        select at, device_time, stage, by, detail, late from command_history
                        where command_id = :id order by id limit 10000
                        """)
                .bind("id", id)
                .map((rows, context) -> new CommandRecord.Line(
                        SqlTimes.instant(rows, 1),
                        SqlTimes.nullable(rows, 2),
                        rows.getString(3),
                        rows.getString(4),
                        rows.getString(5),
                        rows.getBoolean(6)))
                .list());
    }

    static CommandRecord command(ResultSet rows) throws SQLException {
        return new CommandRecord(
                rows.getObject("id", UUID.class),
                rows.getString("device"),
                rows.getString("device_type"),
                rows.getInt("dictionary_version"),
                rows.getString("command_type"),
                rows.getString("parameters"),
                CommandType.Significance.ofWireName(rows.getString("significance")),
                CommandState.ofWireName(rows.getString("state")),
                rows.getString("detail"),
                rows.getString("results"),
                rows.getString("requested_by"),
                rows.getString("principal"),
                SqlTimes.instant(rows, "requested_at"),
                SqlTimes.instant(rows, "expires_at"),
                rows.getString("approved_by"),
                rows.getString("verification"),
                SqlTimes.nullable(rows, rows.findColumn("executed_at")),
                rows.getInt("attempts"),
                SqlTimes.instant(rows, "changed_at"),
                rows.getInt("revision"));
    }
}
