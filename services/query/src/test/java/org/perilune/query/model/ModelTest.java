package org.perilune.query.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.perilune.chassis.messaging.CloudEvent;
import org.perilune.chassis.postgres.Postgres;
import org.perilune.chassis.runtime.Meters;
import org.perilune.chassis.runtime.Resources;
import org.perilune.query.QueryFixture;
import org.perilune.query.RandomHistory;
import org.perilune.query.entries.Projection;

class ModelTest {
    private static final int POSTS = 40;
    private static final int ORDERS = 8;
    private static final Resources OPENED = new Resources();

    @TempDir
    static Path home;

    private static Postgres postgres;

    @BeforeAll
    static void start() throws Exception {
        var fixture = OPENED.add(new QueryFixture(home));
        postgres = OPENED.add(Postgres.open(fixture.config().postgres(), "db/query", Meters.open()));
        postgres.awaitMigrated();
    }

    @AfterAll
    static void stop() {
        OPENED.close();
    }

    @Test
    void isTheSameInWhateverOrderAndHoweverOftenEventsCome() {
        long seed = Long.getLong("query.seed", System.nanoTime());
        System.out.println("Seed of ModelTest: -Dquery.seed=" + seed);
        var random = new Random(seed);
        List<CloudEvent> history = new RandomHistory(random).events(POSTS);
        String expected = hashAfter(List.of(history));
        assertThat(expected).contains(" " + POSTS + " "); // posts with their tombstones
        for (int order = 0; order < ORDERS; order++) {
            assertThat(hashAfter(shuffled(history, random)))
                    .as("seed %s, order %s", seed, order)
                    .isEqualTo(expected);
        }
    }

    @Test
    void tellsModelsApart() {
        List<CloudEvent> history = new RandomHistory(new Random(1)).events(POSTS);
        assertThat(hashAfter(List.of(history.subList(0, history.size() / 2))))
                .isNotEqualTo(hashAfter(List.of(history)));
    }

    /** In another order, some twice, in batches of any size. */
    private static List<List<CloudEvent>> shuffled(List<CloudEvent> history, Random random) {
        var events = new ArrayList<>(history);
        history.stream().filter(event -> random.nextInt(3) == 0).forEach(events::add);
        Collections.shuffle(events, random);
        var batches = new ArrayList<List<CloudEvent>>();
        for (int from = 0; from < events.size(); ) {
            int to = Math.min(events.size(), from + 1 + random.nextInt(40));
            batches.add(events.subList(from, to));
            from = to;
        }
        return batches;
    }

    /** In a model of its own, of which nothing is left. */
    private static String hashAfter(List<List<CloudEvent>> batches) {
        try (Handle handle = postgres.jdbi().open()) {
            handle.begin();
            handle.execute("update model set serving = null");
            batches.forEach(batch -> Projection.apply(handle, batch));
            String hash = ModelHash.of(
                    handle, SchemaGenerations.look(handle).orElseThrow().serving());
            handle.rollback();
            return hash;
        }
    }
}
