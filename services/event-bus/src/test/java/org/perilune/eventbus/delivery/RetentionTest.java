package org.perilune.eventbus.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.perilune.chassis.messaging.CloudEvent;
import org.perilune.chassis.messaging.Outbox;
import org.perilune.chassis.postgres.Postgres;
import org.perilune.chassis.postgres.PostgresConfig;
import org.perilune.chassis.runtime.Resources;
import org.perilune.chassis.settings.InvalidSettings;
import org.perilune.chassis.settings.Settings;
import org.perilune.contracts.FlightLog;
import org.perilune.contracts.Topology.Store;
import org.perilune.embedded.EmbeddedBackends;
import org.perilune.embedded.host.BackendsConfig;
import org.perilune.eventbus.EventBusConfig;
import org.perilune.eventbus.log.EventLog;

class RetentionTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final Duration YEAR = Duration.ofDays(365);
    private static final Resources OPENED = new Resources();

    @TempDir
    static Path home;

    private static Postgres postgres;
    private static Map<String, String> settings;

    @BeforeAll
    static void start() throws Exception {
        EmbeddedBackends backends = OPENED.add(EmbeddedBackends.start(
                BackendsConfig.onFreePorts(home, List.of("event_bus"), Store.POSTGRESQL), sentence -> {}));
        settings = backends.settings();
        var config = PostgresConfig.read(Settings.of(settings).at("event-bus"), 4);
        postgres = OPENED.add(Postgres.open(config, List.of("db/event-bus", Outbox.SCHEMA), new SimpleMeterRegistry()));
        postgres.awaitMigrated();
    }

    @AfterAll
    static void stop() {
        OPENED.close();
    }

    @BeforeEach
    void empty() {
        jdbi().useHandle(handle -> handle.execute("truncate events, dead_letters cascade"));
    }

    private static Jdbi jdbi() {
        return postgres.jdbi();
    }

    private static void append(String type, String id) {
        var event = new CloudEvent(id, "urn:perilune:other", type, Instant.EPOCH, null, null, Map.of());
        jdbi().useTransaction(transaction -> EventLog.append(transaction, List.of(event)));
    }

    /** As if everything so far had come that long ago. */
    private static void age(int days) {
        jdbi().useHandle(handle -> {
            handle.execute("update events set stored_at = stored_at - make_interval(days => ?)", days);
            handle.execute("update dead_letters set arrived_at = arrived_at - make_interval(days => ?)", days);
        });
    }

    private static List<String> ids() {
        return jdbi().withHandle(handle -> handle.createQuery("select id from events order by seq")
                .mapTo(String.class)
                .list());
    }

    @Test
    void oldEventsGoStepByStepButThoseOfTheFlightLog() {
        for (int i = 0; i < 10; i++) {
            append(i % 2 == 0 ? "Noise" : FlightLog.POST_CREATED, "old-" + i);
        }
        age(400);
        append("Noise", "young-1");
        append("Noise", "young-2");
        var log = new EventLog(jdbi());
        Instant before = Instant.now().minus(YEAR);
        int steps = 0;
        Optional<Long> next = Optional.of(0L);
        while (next.isPresent()) {
            next = log.prune(next.get(), before, FlightLog.TYPES, 3);
            steps++;
        }
        assertThat(ids()).containsExactly("old-1", "old-3", "old-5", "old-7", "old-9", "young-1", "young-2");
        assertThat(steps).isEqualTo(4);
    }

    @Test
    void theLastEventStaysForWhoeverHasReadUpToThere() {
        append("Noise", "old-1");
        append("Noise", "old-2");
        age(400);
        assertThat(new EventLog(jdbi()).prune(0, Instant.now().minus(YEAR), Set.of(), 5))
                .isEmpty();
        assertThat(ids()).containsExactly("old-2");
    }

    private static UUID letter(DeadLetterStore store) {
        UUID id = UUID.randomUUID();
        jdbi().useTransaction(transaction ->
                DeadLetterStore.add(transaction, id, "other.events", id.toString(), "broken", 5, new byte[] {1}));
        assertThat(store.open()).isPositive();
        return id;
    }

    @Test
    void closedDeadLettersGoAndOpenOnesStay() {
        var store = new DeadLetterStore(jdbi());
        UUID open = letter(store);
        store.dismiss(letter(store), "alice");
        store.redrive(letter(store), "alice");
        append("Noise", "old");
        append("Noise", "last");
        age(400);
        UUID young = letter(store);
        store.dismiss(young, "alice");
        try (var _ = Retention.start(postgres, new EventLog(jdbi()), store, YEAR, Clock.systemUTC())) {
            await().atMost(TIMEOUT).until(() -> ids().equals(List.of("last")));
        }
        assertThat(store.page(false, Optional.empty(), Optional.empty(), 10))
                .extracting(DeadLetter::id)
                .containsExactly(young, open);
    }

    @Test
    void keepsTwoDaysAtLeast() {
        var values = new HashMap<>(settings);
        values.put("event-bus.log.kept", "47h");
        values.put("event-bus.tokens.keys-url", "http://127.0.0.1:1/keys");
        var all = Settings.of(values);
        EventBusConfig.read(all.at("event-bus"));
        assertThatThrownBy(all::check).isInstanceOf(InvalidSettings.class).hasMessageContaining("event-bus.log.kept");
    }
}
