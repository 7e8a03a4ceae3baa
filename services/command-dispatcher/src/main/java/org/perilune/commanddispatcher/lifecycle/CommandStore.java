package org.perilune.commanddispatcher.lifecycle;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.messaging.Outbox;
import org.perilune.chassis.postgres.NotificationListener;
import org.perilune.chassis.postgres.SqlTimes;

/** Puts commands into the database, many in one transaction. Safe for threads. */
public final class CommandStore {
    /** Where {@link NotificationListener} tells of commands. */
    public static final String CHANGED = "command_changed";

    /** Two transactions that store the same keys meet them in the same order, so that neither waits for the other. */
    private static final Comparator<NewCommand> BY_KEY = Comparator.comparing(
                    (NewCommand one) -> one.command().principal())
            .thenComparing(one -> one.idempotencyKey() == null ? "" : one.idempotencyKey());

    private final Jdbi jdbi;

    public CommandStore(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /**
     * What is stored under somebody's key.
     *
     * @param requestHash of the body that came with it
     */
    public record Keyed(CommandRecord command, String requestHash) {}

    private record Key(String principal, String key) {}

    /**
     * Stores what is new, with its first line of history and its event, and tells all copies, in the handle's transaction.
     *
     * @return for each, in their order, what is there now: itself, or what was stored under its key before
     */
    public static List<Keyed> insert(Handle handle, List<NewCommand> commands) throws SQLException {
        List<NewCommand> sorted = commands.stream().sorted(BY_KEY).toList();
        Set<UUID> inserted = insertNew(handle.getConnection(), sorted);
        Outbox.append(
                handle,
                commands.stream()
                        .filter(one -> inserted.contains(one.command().id()))
                        .map(CommandEvent::taken)
                        .toList());
        NotificationListener.notify(handle, CHANGED, inserted);
        List<NewCommand> others = commands.stream()
                .filter(one -> !inserted.contains(one.command().id()))
                .toList();
        Map<Key, Keyed> winners = others.isEmpty() ? Map.of() : winners(handle.getConnection(), others);
        var answers = new ArrayList<Keyed>(commands.size());
        for (NewCommand one : commands) {
            Keyed winner = inserted.contains(one.command().id())
                    ? new Keyed(one.command(), one.requestHash())
                    : winners.get(key(one));
            if (winner == null) {
                throw new IllegalStateException("Nothing is stored under a key that is taken");
            }
            answers.add(winner);
        }
        return answers;
    }

    public Optional<Keyed> find(String principal, String idempotencyKey) {
        return jdbi.withHandle(handle -> handle.createQuery("select " + CommandQueries.COLUMNS
                        + ", encode(request_hash, 'hex') as hash from command"
                        + " where principal = :principal and idempotency_key = :key")
                .bind("principal", principal)
                .bind("key", idempotencyKey)
                .map((rows, context) -> new Keyed(CommandQueries.command(rows), rows.getString("hash")))
                .findOne());
    }

    private static Set<UUID> insertNew(Connection connection, List<NewCommand> commands) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("""
                with inserted as (
                    insert into command (id, device, device_type, dictionary_version, command_type, parameters,
                        significance, repeatable, requested_by, principal, idempotency_key, request_hash, requested_at,
                        expires_at, traceparent, state, verification, next_attempt_at, changed_at)
                    select id, device, device_type, dictionary_version, command_type, parameters::jsonb, significance,
                        repeatable, requested_by, principal, idempotency_key, decode(request_hash, 'hex'), requested_at,
                        expires_at, traceparent, state, verification::jsonb, next_attempt_at, requested_at
                    from unnest(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) as v (id, device, device_type,
                        dictionary_version, command_type, parameters, significance, repeatable, requested_by, principal,
                        idempotency_key, request_hash, requested_at, expires_at, traceparent, state, verification,
                        next_attempt_at)
                    on conflict do nothing
                    returning id, requested_at, state, requested_by, principal),
                told as (
                    insert into command_history (command_id, at, stage, by, detail)
                    select id, requested_at, state, requested_by,
                        case when principal = requested_by then '' else 'by way of ' || principal end
                    from inserted)
                select id from inserted
                """)) {
            var columns = new Columns(connection, statement, commands);
            columns.add("uuid", one -> one.command().id());
            columns.add("text", one -> one.command().device());
            columns.add("text", one -> one.command().deviceType());
            columns.add("int4", one -> one.command().dictionaryVersion());
            columns.add("text", one -> one.command().commandType());
            columns.add("text", one -> one.command().parameters());
            columns.add("text", one -> one.command().significance().wireName());
            columns.add("bool", NewCommand::repeatable);
            columns.add("text", one -> one.command().requestedBy());
            columns.add("text", one -> one.command().principal());
            columns.add("text", NewCommand::idempotencyKey);
            columns.add("text", NewCommand::requestHash);
            columns.add("timestamptz", one -> SqlTimes.of(one.command().requestedAt()));
            columns.add("timestamptz", one -> SqlTimes.of(one.command().expiresAt()));
            columns.add("text", NewCommand::traceparent);
            columns.add("text", one -> one.command().state().wireName());
            columns.add("text", one -> one.command().verification());
            columns.add("timestamptz", one -> SqlTimes.of(one.command().firstAttempt()));
            var inserted = new HashSet<UUID>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    inserted.add(rows.getObject(1, UUID.class));
                }
            }
            return inserted;
        }
    }

    private static final class Columns {
        private final Connection connection;
        private final PreparedStatement statement;
        private final List<NewCommand> commands;
        private int place;

        private Columns(Connection connection, PreparedStatement statement, List<NewCommand> commands) {
            this.connection = connection;
            this.statement = statement;
            this.commands = commands;
        }

        private void add(String type, CommandLifecycleTable.Column<NewCommand> column) throws SQLException {
            statement.setArray(++place, CommandLifecycleTable.array(connection, type, commands, column));
        }
    }

    private static Map<Key, Keyed> winners(Connection connection, List<NewCommand> losers) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("select " + CommandQueries.COLUMNS
                + ", idempotency_key, encode(request_hash, 'hex') as hash from command"
                + " where (principal, idempotency_key) in (select * from unnest(?, ?))")) {
            statement.setArray(
                    1,
                    CommandLifecycleTable.array(
                            connection, "text", losers, one -> one.command().principal()));
            statement.setArray(2, CommandLifecycleTable.array(connection, "text", losers, NewCommand::idempotencyKey));
            var winners = new HashMap<Key, Keyed>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    CommandRecord command = CommandQueries.command(rows);
                    winners.put(
                            new Key(command.principal(), rows.getString("idempotency_key")),
                            new Keyed(command, rows.getString("hash")));
                }
            }
            return winners;
        }
    }

    private static @Nullable Key key(NewCommand one) {
        return one.idempotencyKey() == null ? null : new Key(one.command().principal(), one.idempotencyKey());
    }
}
