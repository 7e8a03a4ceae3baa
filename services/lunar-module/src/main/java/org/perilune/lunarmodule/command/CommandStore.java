package org.perilune.lunarmodule.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.perilune.chassis.json.Json;
import org.perilune.chassis.postgres.SqlFailures;
import org.perilune.chassis.postgres.SqlTimes;
import org.perilune.chassis.runtime.ServiceException;

/**
 * The commands that came to this device.
 *
 * <p>All methods throw {@link ServiceException.Unavailable} where the database is away.
 */
public final class CommandStore {
    private static final TypeReference<Map<String, Object>> OBJECT = new TypeReference<>() {};
    private static final String COLUMNS = """
            select id, command_type, parameters, state, detail, results, sent_at, expires_at,
                received_at, began_at, ended_at
            from command
            """;

    private final Jdbi jdbi;

    public CommandStore(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /** All of them or none. Can be repeated, with what was known later as well: an end is never undone. */
    public void write(List<ReceivedCommand> commands) {
        answering(() -> jdbi.inTransaction(handle -> {
            var batch = handle.prepareBatch("""
                    insert into command (id, command_type, parameters, state, detail, results, sent_at, expires_at,
                        received_at, began_at, ended_at)
                    values (:id, :type, :parameters::jsonb, :state, :detail, :results::jsonb, :sentAt, :expiresAt,
                        :receivedAt, :beganAt, :endedAt)
                    on conflict (id) do update
                    set state = excluded.state, detail = excluded.detail, results = excluded.results,
                        received_at = coalesce(command.received_at, excluded.received_at),
                        began_at = coalesce(excluded.began_at, command.began_at),
                        ended_at = excluded.ended_at
                    where command.ended_at is null
                    """);
            for (ReceivedCommand command : commands) {
                batch.bind("id", text(command.id()))
                        .bind("type", text(command.type()))
                        .bind("parameters", json(command.parameters()))
                        .bind("state", command.state())
                        .bind("detail", text(command.detail()))
                        .bind("results", json(command.results()))
                        .bind("sentAt", SqlTimes.of(command.sentAt()))
                        .bind("expiresAt", SqlTimes.of(command.expiresAt()))
                        .bindByType("receivedAt", SqlTimes.of(command.receivedAt()), OffsetDateTime.class)
                        .bindByType("beganAt", SqlTimes.of(command.beganAt()), OffsetDateTime.class)
                        .bindByType("endedAt", SqlTimes.of(command.endedAt()), OffsetDateTime.class)
                        .add();
            }
            return batch.execute();
        }));
    }

    /** The first that came and has not ended; asking twice answers twice. */
    public Optional<ReceivedCommand> oldestOpen() {
        return answering(() -> jdbi.withHandle(handle -> handle.createQuery(COLUMNS + """
                        where state in ('received', 'executing') order by received_at, id limit 1
                        """)
                .map((row, context) -> command(row))
                .findOne()));
    }

    /** All that have not ended, as far as is known here; the oldest of very many. */
    public List<ReceivedCommand> open() {
        return answering(() -> jdbi.withHandle(handle -> handle.createQuery(COLUMNS + """
                        where state in ('received', 'executing') order by received_at, id limit 10000
                        """)
                .map((row, context) -> command(row))
                .list()));
    }

    public List<ReceivedCommand> newest(int limit) {
        return answering(() ->
                jdbi.withHandle(handle -> handle.createQuery(COLUMNS + " order by sent_at desc, id desc limit :limit")
                        .bind("limit", limit)
                        .map((row, context) -> command(row))
                        .list()));
    }

    private static ReceivedCommand command(ResultSet row) throws SQLException {
        return new ReceivedCommand(
                row.getString("id"),
                row.getString("command_type"),
                object(row.getString("parameters")),
                row.getString("state"),
                row.getString("detail"),
                object(row.getString("results")),
                SqlTimes.instant(row, "sent_at"),
                SqlTimes.instant(row, "expires_at"),
                SqlTimes.nullable(row, "received_at"),
                SqlTimes.nullable(row, "began_at"),
                SqlTimes.nullable(row, "ended_at"));
    }

    /** PostgreSQL's text has no place for U+0000, and no such character is worth a command's record. */
    private static String text(String from) {
        return from.replace('\0', '\uFFFD');
    }

    private static String json(Map<String, Object> object) {
        return new String(Json.bytes(object), StandardCharsets.UTF_8).replace("\\u0000", "\\ufffd");
    }

    private static Map<String, Object> object(String json) throws SQLException {
        try {
            return Json.mapper().readValue(json, OBJECT);
        } catch (JsonProcessingException impossible) {
            throw new SQLException("A jsonb column holds no JSON object", impossible);
        }
    }

    private static <T> T answering(Supplier<T> query) {
        try {
            return query.get();
        } catch (JdbiException failure) {
            if (SqlFailures.isAway(failure)) {
                throw new ServiceException.Unavailable("The lunar module's database is away", failure);
            }
            throw failure;
        }
    }
}
