package org.perilune.commanddispatcher.uplink;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.perilune.commanddispatcher.lifecycle.CommandQueries;
import org.perilune.commanddispatcher.lifecycle.CommandQuery;
import org.perilune.commanddispatcher.lifecycle.CommandState;

/** How PostgreSQL answers, with plans made for any values, what is asked again and again of a filled table. */
class CommandPlansTest {
    private static final String FILL = """
            insert into command (id, device, device_type, dictionary_version, command_type, parameters, significance,
                repeatable, requested_by, principal, request_hash, requested_at, expires_at, state, next_attempt_at,
                changed_at)
            select gen_random_uuid(), 'd' || n % 100, 'rover', 1, 'TURN', '{}', 'normal', false, 'ada', 'ada', '',
                now() - n * interval '1 s', now() + interval '1 d',
                case when n % 10000 = 1 then 'held' when n % 4 = 0 then 'accepted' else 'completed' end,
                case when n % 4 = 0 or n % 10000 = 1 then now() + interval '1 d' end, now()
            from generate_series(1, 40000) as n
            """;

    @Test
    void usePartialIndexes(@TempDir Path home) throws Exception {
        try (var fixture = new UplinkFixture(home)) {
            try (var copy = fixture.copy()) {
                assertThat(copy.health()).isNotNull();
                fixture.awaitState(fixture.insert("nobody", Duration.ofMillis(1)), CommandState.EXPIRED); // migrated
            }
            fixture.run(FILL);
            fixture.run("analyze command");
            try (Connection connection = fixture.connect()) {
                assertThat(plan(connection, "prepare held as " + page(CommandState.HELD), "held(101)"))
                        .containsAnyOf("command_open", "command_underway")
                        .doesNotContain("Seq Scan", "command_newest");
                assertThat(plan(
                                connection,
                                "prepare waiting as " + page(CommandState.ACCEPTED, CommandState.APPROVED),
                                "waiting(101)"))
                        .contains("command_underway")
                        .doesNotContain("Sort");
                assertThat(plan(
                                connection,
                                "prepare oldest (text[], timestamptz, timestamptz, int) as "
                                        + numbered(SetAsideTable.OLDEST),
                                "oldest(array['d0'], '" + Instant.now() + "', '" + Instant.now() + "', 50)"))
                        .contains("command_unsent")
                        .doesNotContain("Seq Scan");
            }
        }
    }

    private static String page(CommandState... states) {
        return CommandQueries.pageOf(new CommandQuery(null, Set.of(states), null, null, null, 100, null))
                .replace(":limit", "$1");
    }

    private static String numbered(String sql) {
        String numbered = sql;
        for (int number = 1; numbered.contains("?"); number++) {
            numbered = numbered.replaceFirst("\\?", "\\$" + number);
        }
        return numbered;
    }

    private static List<String> lines(Connection connection, String sql) throws Exception {
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            var lines = new ArrayList<String>();
            while (rows.next()) {
                lines.add(rows.getString(1));
            }
            return lines;
        }
    }

    private static String plan(Connection connection, String prepare, String execute) throws Exception {
        try (var statement = connection.createStatement()) {
            statement.execute("set plan_cache_mode = force_generic_plan");
            statement.execute(prepare);
        }
        return String.join("\n", lines(connection, "explain execute " + execute));
    }
}
