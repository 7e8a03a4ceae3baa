package org.perilune.commanddispatcher.uplink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.perilune.commanddispatcher.uplink.UplinkFixture.LIMIT;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.perilune.chassis.json.Json;
import org.perilune.commanddispatcher.lifecycle.CommandState;

/** What the sender changes while a device answers: both lock many commands, and neither may wait in a circle. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LockOrderTest {
    private static final Duration LONG = Duration.ofHours(1);

    private UplinkFixture fixture;

    @BeforeAll
    void start(@TempDir Path home) throws Exception {
        fixture = new UplinkFixture(home);
        fixture.copy().close(); // which makes the schema; nobody sends from here on
    }

    @AfterAll
    void stop() {
        fixture.close();
    }

    @FunctionalInterface
    interface Work {
        void on(Connection connection) throws SQLException;
    }

    @Test
    void whatADeviceMayHaveLostIsLockedInOrder() throws Exception {
        List<UUID> ids = backwards("lost", "sent");
        requireOrder(ids, connection -> DueTable.reconnected(connection, List.of("lost"), fixture.clock.instant()));
    }

    @Test
    void whatTheSenderBeforeLeftIsLockedInOrder() throws Exception {
        List<UUID> ids = backwards("left", "accepted");
        requireOrder(ids, connection -> DueTable.takeOver(connection, fixture.clock.instant()));
    }

    @Test
    void whatIsSentAgainIsLockedInOrder() throws Exception {
        List<UUID> ids = backwards("again", "sent");
        Instant now = fixture.clock.instant();
        List<DueCommand> commands = ids.reversed().stream()
                .map(id -> new DueCommand(
                        id,
                        "again",
                        "TURN",
                        Json.mapper().createObjectNode(),
                        false,
                        false,
                        now.plus(LONG),
                        null,
                        CommandState.SENT,
                        1,
                        true))
                .toList();
        requireOrder(
                ids,
                connection ->
                        assertThat(DueTable.claim(connection, commands, now)).hasSize(2));
    }

    /** Two commands, of which the younger comes first in the table. */
    private List<UUID> backwards(String device, String state) throws Exception {
        List<UUID> ids = fixture.insert(device, LONG, 2, null).stream()
                .sorted(Comparator.comparing(UUID::toString))
                .toList();
        for (UUID id : ids.reversed()) {
            fixture.run(
                    "update command set state = '%s', handed_over = true, next_attempt_at = expires_at where id = '%s'"
                            .formatted(state, id));
        }
        return ids;
    }

    /** As the reader of acknowledgements does it: the first, then the second. */
    private void requireOrder(List<UUID> ids, Work sender) throws Exception {
        try (Connection reader = fixture.connect();
                Connection other = fixture.connect();
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            reader.setAutoCommit(false);
            lock(reader, ids.getFirst());
            Future<?> sending = threads.submit(() -> {
                other.setAutoCommit(false);
                sender.on(other);
                other.commit();
                return true;
            });
            await().atMost(LIMIT)
                    .until(
                            () -> fixture.text("select count(*) from pg_stat_activity where wait_event_type = 'Lock'"),
                            "1"::equals);
            lock(reader, ids.getLast());
            reader.commit();
            sending.get();
        }
    }

    private static void lock(Connection connection, UUID id) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute("select 1 from command where id = '" + id + "' for update");
        }
    }
}
