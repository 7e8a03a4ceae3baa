package org.perilune.chassis.postgres;

import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.perilune.chassis.runtime.Resources;
import org.perilune.chassis.settings.Settings;
import org.perilune.contracts.Topology.Store;
import org.perilune.embedded.EmbeddedBackends;
import org.perilune.embedded.host.BackendsConfig;
import org.perilune.testkit.Gate;

/** Followers of changes hear of them, say when they cannot, and go on when they can again. */
final class NotificationListenerTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final String CHANNEL = "things";

    @Test
    void goesOnWhenTheDatabaseIsBack(@TempDir Path home) throws Exception {
        try (var backends = EmbeddedBackends.start(
                        BackendsConfig.onFreePorts(home, List.of("crew"), Store.POSTGRESQL), sentence -> {});
                var gate = new Gate(backends.postgresPort());
                var owned = new Resources()) {
            PostgresConfig direct =
                    PostgresConfig.read(Settings.of(backends.settings()).at("crew"), 4);
            Postgres postgres = owned.add(Postgres.open(direct, List.of(), new SimpleMeterRegistry()));
            gate.open();
            var throughTheGate = new PostgresConfig(
                    "jdbc:postgresql://127.0.0.1:" + gate.port() + "/crew", direct.user(), direct.password(), 4);
            NotificationListener changes = owned.add(NotificationListener.open(throughTheGate, CHANNEL));
            var heard = new CopyOnWriteArrayList<UUID>();
            changes.onChange(heard::addAll);

            awaitHeard(postgres, heard);
            gate.shut();
            await().atMost(TIMEOUT).until(() -> changes.problem().isPresent());
            gate.open();
            await().atMost(TIMEOUT).until(() -> changes.problem().isEmpty());
            awaitHeard(postgres, heard);
        }
    }

    /** Told again and again: it may not listen yet. */
    private static void awaitHeard(Postgres postgres, List<UUID> heard) {
        UUID id = UUID.randomUUID();
        await().atMost(TIMEOUT).until(() -> {
            postgres.jdbi().useTransaction(handle -> NotificationListener.notify(handle, CHANNEL, List.of(id)));
            return heard.contains(id);
        });
    }
}
