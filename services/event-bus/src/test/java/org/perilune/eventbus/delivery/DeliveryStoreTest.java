package org.perilune.eventbus.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.perilune.chassis.postgres.Postgres;
import org.perilune.chassis.postgres.PostgresConfig;
import org.perilune.chassis.runtime.Resources;
import org.perilune.chassis.settings.Secret;
import org.perilune.chassis.settings.Settings;
import org.perilune.contracts.Topology.Store;
import org.perilune.embedded.EmbeddedBackends;
import org.perilune.embedded.host.BackendsConfig;
import org.perilune.eventbus.callback.CallbackAddress;
import org.perilune.eventbus.callback.CallbackClient;
import org.perilune.eventbus.delivery.DeliveryStore.Delivery;
import org.perilune.eventbus.log.EventLog;

class DeliveryStoreTest {
    private static final Resources OPENED = new Resources();
    private static final Duration LEASE = Duration.ofSeconds(1);

    @TempDir
    static Path home;

    private static Postgres postgres;

    @BeforeAll
    static void start() throws Exception {
        EmbeddedBackends backends = OPENED.add(EmbeddedBackends.start(
                BackendsConfig.onFreePorts(home, List.of("event_bus"), Store.POSTGRESQL), sentence -> {}));
        var config = PostgresConfig.read(Settings.of(backends.settings()).at("event-bus"), 4);
        postgres = OPENED.add(Postgres.open(config, List.of("db/event-bus"), new SimpleMeterRegistry()));
    }

    @AfterAll
    static void stop() {
        OPENED.close();
    }

    /** As when a copy dies, or stands still for so long that another one took over. */
    @Test
    void whoLostASubscriptionChangesNothingOfIt() {
        UUID id = UUID.randomUUID();
        new SubscriptionStore(postgres.jdbi())
                .create(
                        id,
                        new CallbackAddress(URI.create("https://example.com/")),
                        Set.of(),
                        new Secret("secret"),
                        "alice",
                        Instant.EPOCH);
        var first = new DeliveryStore(postgres.jdbi(), UUID.randomUUID());
        var second = new DeliveryStore(postgres.jdbi(), UUID.randomUUID());
        assertThat(first.lease(LEASE)).containsExactly(id);
        assertThat(second.lease(LEASE)).isEmpty();
        assertThat(second.target(id)).isEmpty();
        await().atMost(Duration.ofSeconds(10))
                .until(() -> second.lease(Duration.ofMinutes(1)).equals(Set.of(id)));
        assertThat(first.target(id)).isEmpty();

        var delivery = new Delivery(id + "/5", 5, Optional.empty(), "{}".getBytes(StandardCharsets.UTF_8), 0);
        var failure = new CallbackClient.Outcome(500, "It answered with 500");
        assertThat(first.taken(id, delivery, 200)).isFalse();
        assertThat(first.failed(id, delivery, failure, Instant.EPOCH)).isFalse();
        assertThat(first.givenUp(id, delivery, failure, UUID.randomUUID())).isFalse();
        assertThat(first.skip(id, 0, 5)).isFalse();
        assertThat(first.end(id)).isFalse();
        assertThat(second.target(id).orElseThrow().position()).isZero();
        assertThat(new DeadLetterStore(postgres.jdbi()).open()).isZero();

        assertThat(second.taken(id, delivery, 200)).isTrue();
        assertThat(second.target(id).orElseThrow().position()).isEqualTo(5);
        second.release();
        assertThat(first.lease(LEASE)).containsExactly(id);
    }

    /** With plans made for any values, as the driver has them made before long. */
    @Test
    void aFollowerOfATypeReadsNoOtherTypes() {
        postgres.jdbi().useHandle(handle -> {
            handle.execute("""
                    insert into events (source, id, type, body)
                    select 'urn:test', n::text, case when n % 3 = 0 then 'Often' else 'Oftener' end, '{}'
                    from generate_series(1, 30000) as n
                    """);
            handle.execute("insert into events (source, id, type, body) values ('urn:test', 'one', 'Seldom', '{}')");
            handle.execute("analyze events");
            handle.execute("set plan_cache_mode = force_generic_plan");
            handle.execute("prepare page (text[], bigint, bigint) as "
                    + EventLog.OF_TYPES
                            .replace(":types", "$1")
                            .replace(":after", "$2")
                            .replace(":limit", "$3"));
            String plan = String.join(
                    "\n",
                    handle.createQuery("explain (analyze, costs off, timing off, summary off)"
                                    + " execute page(array['Seldom', 'Never'], 0, 100)")
                            .mapTo(String.class)
                            .list());
            assertThat(plan).contains("events_of_type").doesNotContain("Seq Scan", "Removed by Filter");
            handle.execute("discard all");
        });
        var log = new EventLog(postgres.jdbi());
        assertThat(log.after(0, Set.of("Seldom", "Never"), 100))
                .extracting(EventLog.Entry::type)
                .containsExactly("Seldom");
        long ended = log.end();
        assertThat(log.after(ended - 3, Set.of("Often", "Oftener"), 2))
                .extracting(EventLog.Entry::position)
                .containsExactly(ended - 2, ended - 1);
        postgres.jdbi().useHandle(handle -> handle.execute("truncate events"));
    }
}
