package org.perilune.lunarmodule;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.function.Supplier;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.perilune.chassis.Json;
import org.perilune.chassis.ServiceException;
import org.perilune.chassis.SqlFailures;

/**
 * The commands that were given to this device. They are kept as pending; nothing executes them yet.
 *
 * <p>All methods throw {@link ServiceException.Unavailable} where the database is away.
 */
final class CommandStore {
    private final Jdbi jdbi;
    private final Clock clock;

    CommandStore(Jdbi jdbi, Clock clock) {
        this.jdbi = jdbi;
        this.clock = clock;
    }

    record Command(
            @JsonProperty("id") long id,
            @JsonProperty("command_type") String type,
            @JsonProperty("parameters") JsonNode parameters,
            @JsonProperty("state") String state,
            @JsonProperty("created_at") Instant createdAt,
            @JsonProperty("created_by") String createdBy) {}

    Command add(String type, JsonNode parameters, String createdBy) {
        return answering(() -> jdbi.withHandle(handle -> handle.createQuery("""
                        insert into command (command_type, parameters, created_at, created_by)
                        values (:type, :parameters::jsonb, :now, :by)
                        returning id, command_type, parameters, state, created_at, created_by
                        """)
                .bind("type", type)
                .bind("parameters", parameters.toString())
                .bind("now", clock.instant().atOffset(ZoneOffset.UTC))
                .bind("by", createdBy)
                .map((row, context) -> command(row))
                .one()));
    }

    /** Stays pending: asking twice answers twice. */
    Optional<Command> oldestPending() {
        return answering(() -> jdbi.withHandle(handle ->
                handle.createQuery("""
                        select id, command_type, parameters, state, created_at, created_by
                        from command where state = 'pending' order by id limit 1
                        """).map((row, context) -> command(row)).findOne()));
    }

    private static Command command(ResultSet row) throws SQLException {
        try {
            return new Command(
                    row.getLong("id"),
                    row.getString("command_type"),
                    Json.mapper().readTree(row.getString("parameters")),
                    row.getString("state"),
                    row.getObject("created_at", OffsetDateTime.class).toInstant(),
                    row.getString("created_by"));
        } catch (JsonProcessingException impossible) {
            throw new SQLException("A jsonb column holds no JSON", impossible);
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
