package org.perilune.commanddispatcher.uplink;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.perilune.chassis.postgres.SqlTimes;
import org.perilune.commanddispatcher.lifecycle.CommandLifecycle;
import org.perilune.commanddispatcher.lifecycle.CommandState;
import org.perilune.commanddispatcher.lifecycle.Outcome;
import org.perilune.commanddispatcher.lifecycle.Transition;
import org.perilune.commanddispatcher.lifecycle.Transitions;
import org.perilune.commanddispatcher.verify.UplinkMeters;

/**
 * Ends what is overdue: what no device can have is {@code expired} when its time is over, and what was handed over and
 * not answered is {@code unknown} {@link CommandLifecycle#GRACE} later. Not safe for threads.
 */
final class Sweeper {
    private static final int BATCH = 500;
    /** Many may wait for devices without a link. */
    private static final long COUNT_NANOS = Duration.ofSeconds(5).toNanos();

    private final Transitions transitions;
    private final UplinkMeters meters;
    private long nextCount = System.nanoTime();

    Sweeper(Transitions transitions, UplinkMeters meters) {
        this.transitions = transitions;
        this.meters = meters;
    }

    private record Overdue(UUID id, String device, CommandState state, boolean handedOver, Instant expiresAt) {
        boolean isSilent() {
            return handedOver || !CommandState.UNSENT.contains(state);
        }
    }

    void sweep(Handle handle, Instant now) throws SQLException {
        int found = BATCH;
        while (found == BATCH) {
            found = handle.inTransaction(transaction -> round(transaction, now));
        }
        if (System.nanoTime() - nextCount >= 0) {
            nextCount = System.nanoTime() + COUNT_NANOS;
            meters.waiting(handle.createQuery("select count(*) from command where state in ('accepted', 'approved')")
                    .mapTo(long.class)
                    .one());
        }
    }

    private int round(Handle transaction, Instant now) throws SQLException {
        List<Overdue> overdue = overdue(transaction.getConnection(), now);
        var ends = new ArrayList<Transition>();
        var patient = new ArrayList<UUID>();
        for (Overdue command : overdue) {
            if (!command.isSilent()) {
                ends.add(Transition.ours(command.id, CommandState.EXPIRED, whyExpired(command)));
            } else if (now.isBefore(command.expiresAt.plus(CommandLifecycle.GRACE))) {
                patient.add(command.id);
            } else {
                ends.add(Transition.ours(command.id, CommandState.UNKNOWN, whyUnknown(command)));
            }
        }
        List<Outcome> outcomes = transitions.apply(transaction, ends);
        for (int index = 0; index < outcomes.size(); index++) {
            if (outcomes.get(index) == Outcome.APPLIED) {
                boolean expired = ends.get(index).to() == CommandState.EXPIRED;
                (expired ? meters.expired : meters.unknown).increment();
            }
        }
        wait(transaction.getConnection(), patient);
        return overdue.size();
    }

    private static String whyExpired(Overdue command) {
        return command.state == CommandState.HELD
                ? "Nobody approved it in time; it was not sent"
                : command.device + " had no link in time; it was not sent";
    }

    private static String whyUnknown(Overdue command) {
        return switch (command.state) {
            case RECEIVED -> command.device + " has it, but did not say in time that it began; look at its telemetry";
            case EXECUTING -> command.device + " began, but did not say in time how it ended; look at its telemetry";
            default -> command.device + " gave no answer in time; whether it took effect is not known";
        };
    }

    private static List<Overdue> overdue(Connection connection, Instant now) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("""
                select id, device, state, handed_over, expires_at from command
                where next_attempt_at <= ? and expires_at <= ? and state <> 'verifying'
                order by next_attempt_at limit ? for update skip locked
                """)) {
            statement.setObject(1, SqlTimes.of(now));
            statement.setObject(2, SqlTimes.of(now));
            statement.setInt(3, BATCH);
            try (ResultSet rows = statement.executeQuery()) {
                var overdue = new ArrayList<Overdue>();
                while (rows.next()) {
                    overdue.add(new Overdue(
                            rows.getObject(1, UUID.class),
                            rows.getString(2),
                            CommandState.ofWireName(rows.getString(3)),
                            rows.getBoolean(4),
                            SqlTimes.instant(rows, 5)));
                }
                return overdue;
            }
        }
    }

    private static void wait(Connection connection, List<UUID> commands) throws SQLException {
        if (commands.isEmpty()) {
            return;
        }
        try (PreparedStatement statement = connection.prepareStatement(
                "update command set next_attempt_at = expires_at + make_interval(secs => ?) where id = any (?)")) {
            statement.setDouble(1, (double) CommandLifecycle.GRACE.toSeconds());
            statement.setArray(2, connection.createArrayOf("uuid", commands.toArray()));
            statement.executeUpdate();
        }
    }
}
