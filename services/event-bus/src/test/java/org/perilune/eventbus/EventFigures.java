package org.perilune.eventbus;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.perilune.chassis.json.Json;
import org.perilune.chassis.messaging.Amqp;
import org.perilune.chassis.messaging.AmqpConfig;
import org.perilune.chassis.messaging.CloudEvent;
import org.perilune.chassis.messaging.Outbox;
import org.perilune.chassis.messaging.OutboxRelay;
import org.perilune.chassis.postgres.Postgres;
import org.perilune.chassis.postgres.PostgresConfig;
import org.perilune.chassis.runtime.Resources;

/**
 * How fast events come into the log and out of it, for whoever changes it: run by name, it prints figures and is no part
 * of the tests. {@code -Devents.count=30000} for figures worth writing down.
 */
final class EventFigures {
    private static final int COUNT = Integer.getInteger("events.count", 3_000);
    private static final int BATCH = 500;
    private static final String TYPE = "Measured";

    @TempDir
    static Path home;

    private static double perSecond(long began) {
        return COUNT * 1e9 / (System.nanoTime() - began);
    }

    private static void append(Postgres postgres) {
        var data = Json.mapper().createObjectNode().put("text", "x".repeat(400));
        for (int from = 0; from < COUNT; from += BATCH) {
            var events = new ArrayList<CloudEvent>();
            for (int i = from; i < Math.min(COUNT, from + BATCH); i++) {
                events.add(new CloudEvent("e" + i, "urn:other", TYPE, Instant.EPOCH, null, data, Map.of()));
            }
            postgres.jdbi().useTransaction(transaction -> Outbox.append(transaction, events));
        }
    }

    private static int replay(BusFixture fixture, int wanted) throws Exception {
        int seen = 0;
        long after = 0;
        long end = System.nanoTime() + Duration.ofMinutes(4).toNanos();
        while (seen < wanted && System.nanoTime() < end) {
            JsonNode page = fixture.operator().get("/events?type=" + TYPE + "&limit=5000&after=" + after);
            seen += page.path("events").size();
            after = page.path("next").asLong();
        }
        return seen;
    }

    @Test
    void theLogKeepsUp() throws Exception {
        try (var fixture = new BusFixture(home, Map.of());
                var owned = new Resources()) {
            var meters = new SimpleMeterRegistry();
            Postgres postgres = owned.add(Postgres.open(
                    PostgresConfig.read(fixture.settings().at("crew"), 4), List.of(Outbox.SCHEMA), meters));
            postgres.awaitMigrated();
            Amqp amqp = owned.add(Amqp.open(AmqpConfig.read(fixture.settings().at("event-bus"))));
            append(postgres);
            long began = System.nanoTime();
            owned.add(OutboxRelay.start("other", postgres, amqp, meters));
            assertThat(replay(fixture, COUNT)).isEqualTo(COUNT);
            double chain = perSecond(began);
            replay(fixture, COUNT);
            began = System.nanoTime();
            assertThat(replay(fixture, COUNT)).isEqualTo(COUNT);
            double replay = perSecond(began);
            System.out.printf(
                    "Events/s: %.0f from an outbox through the broker into the log, %.0f replayed and parsed%n",
                    chain, replay);
        }
    }
}
