package org.perilune.commanddispatcher.lifecycle;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.postgres.SqlTimes;

/** One line of a command's history. */
public record HistoryLine(
        UUID command,
        Instant at,
        @Nullable Instant deviceTime,
        CommandState stage,
        String by,
        String detail,
        boolean late) {

    public static HistoryLine of(Transition step, CommandState stage, Instant at, boolean late) {
        return new HistoryLine(step.command(), at, step.deviceTime(), stage, step.by(), step.detail(), late);
    }

    /** Whether another line has the same to say. */
    boolean isAbout(HistoryLine other) {
        return command.equals(other.command) && stage == other.stage && by.equals(other.by);
    }

    /**
     * In the given order. What is late is written once: a device that repeats itself after the end would otherwise
     * make the history grow for ever.
     */
    public static void append(Connection connection, List<HistoryLine> lines) throws SQLException {
        if (lines.isEmpty()) {
            return;
        }
        try (PreparedStatement statement = connection.prepareStatement("""
                insert into command_history (command_id, at, device_time, stage, by, detail, late)
                select v.command_id, v.at, v.device_time, v.stage, v.by, v.detail, v.late
                from unnest(?, ?, ?, ?, ?, ?, ?)
                    with ordinality as v (command_id, at, device_time, stage, by, detail, late, place)
                where not v.late or not exists (
                    select from command_history h where h.command_id = v.command_id and h.by = v.by
                        and (h.stage = v.stage or (v.stage = 'completed' and h.stage = 'verifying')))
                order by v.place
                """)) {
            statement.setArray(1, CommandLifecycleTable.array(connection, "uuid", lines, HistoryLine::command));
            statement.setArray(
                    2, CommandLifecycleTable.array(connection, "timestamptz", lines, line -> SqlTimes.of(line.at)));
            statement.setArray(
                    3,
                    CommandLifecycleTable.array(
                            connection, "timestamptz", lines, line -> SqlTimes.of(line.deviceTime)));
            statement.setArray(
                    4, CommandLifecycleTable.array(connection, "text", lines, line -> line.stage.wireName()));
            statement.setArray(5, CommandLifecycleTable.array(connection, "text", lines, HistoryLine::by));
            statement.setArray(6, CommandLifecycleTable.array(connection, "text", lines, HistoryLine::detail));
            statement.setArray(7, CommandLifecycleTable.array(connection, "bool", lines, HistoryLine::late));
            statement.executeUpdate();
        }
    }
}
