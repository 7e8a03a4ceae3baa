package org.perilune.query.rebuild;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.perilune.chassis.json.Json;
import org.perilune.chassis.messaging.CloudEvent;
import org.perilune.chassis.postgres.Postgres;
import org.perilune.chassis.runtime.Meters;
import org.perilune.chassis.runtime.Resources;
import org.perilune.query.QueryFixture;
import org.perilune.query.RandomHistory;
import org.perilune.query.entries.Projection;
import org.perilune.query.model.Model;
import org.perilune.query.model.ModelHash;
import org.perilune.query.model.SchemaGenerations;
import org.perilune.testkit.Caller;
import org.perilune.testkit.StandInCrew;

class RebuildTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final Resources OPENED = new Resources();
    private static final Pattern AFTER = Pattern.compile("after=(\\d+)&limit=(\\d+)");
    /** Plays event-bus: what is in its log. */
    private static final List<CloudEvent> LOG = new CopyOnWriteArrayList<>();

    @TempDir
    static Path home;

    private static QueryFixture fixture;
    private static Postgres postgres;
    private static Caller caller;
    private static Caller otherCopy;

    @BeforeAll
    static void start() throws Exception {
        fixture = OPENED.add(new QueryFixture(home));
        fixture.crew().serve("/events", RebuildTest::replay);
        fixture.crew().serve("/queues", exchange -> StandInCrew.answer(exchange, 200, "{\"log_position\":7}"));
        caller = fixture.caller(fixture.start(), "administrator");
        otherCopy = fixture.caller(fixture.start(), "administrator");
        postgres = OPENED.add(Postgres.open(fixture.config().postgres(), "db/query", Meters.open()));
        postgres.awaitMigrated();
    }

    @AfterAll
    static void stop() {
        OPENED.close();
    }

    @BeforeEach
    void empty() {
        LOG.clear();
        postgres.jdbi().useHandle(handle -> handle.execute("update model set serving = null, building = null"));
        postgres.jdbi().useTransaction(SchemaGenerations::lock);
    }

    private static void replay(HttpExchange exchange) throws IOException {
        Matcher asked = AFTER.matcher(exchange.getRequestURI().getQuery());
        assertThat(asked.find()).isTrue();
        int after = Integer.parseInt(asked.group(1));
        int limit = Math.min(100, Integer.parseInt(asked.group(2)));
        ObjectNode answer = Json.mapper().createObjectNode();
        ArrayNode events = answer.putArray("events");
        List<CloudEvent> log = List.copyOf(LOG);
        int end = Math.min(log.size(), after + limit);
        for (int i = after; i < end; i++) {
            events.addObject()
                    .put("position", i + 1)
                    .set("event", Json.mapper().readTree(log.get(i).bytes()));
        }
        answer.put("next", Math.max(after, end));
        StandInCrew.answer(exchange, 200, answer.toString());
    }

    private static void live(List<CloudEvent> events) {
        postgres.jdbi().useTransaction(transaction -> Projection.apply(transaction, events));
    }

    private static String hash() {
        return postgres.jdbi()
                .withHandle(handle -> ModelHash.of(
                        handle, SchemaGenerations.look(handle).orElseThrow().serving()));
    }

    private static JsonNode awaitEnd() {
        return await().atMost(TIMEOUT)
                .until(
                        () -> caller.get("/rebuild"),
                        rebuild -> !rebuild.path("state").asText().equals("running"));
    }

    @Test
    void buildsTheSameWhileChangesGoOn() throws Exception {
        long seed = Long.getLong("query.seed", System.nanoTime());
        System.out.println("Seed of RebuildTest: -Dquery.seed=" + seed);
        List<CloudEvent> history = new RandomHistory(new Random(seed)).events(600);
        int half = history.size() / 2;
        live(history.subList(0, half));
        // The log is behind what came, as it may be.
        LOG.addAll(history.subList(0, half - 50));
        long before = postgres.jdbi()
                .withHandle(handle ->
                        SchemaGenerations.look(handle).orElseThrow().serving().generation());
        assertThat(caller.send("POST", "/rebuild", "").statusCode()).isEqualTo(202);
        for (int from = half; from < history.size(); from += 20) {
            live(history.subList(from, Math.min(history.size(), from + 20)));
            LOG.addAll(history.subList(LOG.size(), Math.min(history.size(), LOG.size() + 20)));
            assertThat(otherCopy.get("/posts").path("posts")).hasSize(20);
        }
        LOG.addAll(history.subList(LOG.size(), history.size()));
        JsonNode rebuild = awaitEnd();
        assertThat(rebuild.path("state").asText()).as("%s", rebuild).isEqualTo("done");
        assertThat(rebuild.path("events").asLong())
                .isEqualTo(rebuild.path("of").asLong())
                .isPositive();
        long now = postgres.jdbi()
                .withHandle(handle ->
                        SchemaGenerations.look(handle).orElseThrow().serving().generation());
        assertThat(now).isGreaterThan(before);
        String built = hash();
        empty();
        live(history);
        assertThat(built).as("seed %s", seed).isEqualTo(hash());
    }

    @Test
    void isDoneByOneCopyAtATimeAndClearsAwayRemains() throws Exception {
        Model left = postgres.jdbi()
                .inTransaction(transaction -> RebuildStore.begin(transaction, "alice", java.time.Instant.EPOCH));
        // Nobody holds the lock: the copy that began it is gone.
        assertThat(caller.send("POST", "/rebuild", "").statusCode()).isEqualTo(409);
        JsonNode failed = awaitEnd();
        assertThat(failed.path("state").asText()).isEqualTo("failed");
        assertThat(failed.path("detail").asText()).contains("has ended").contains("serves on");
        assertThat(schemas(left.schema())).isZero();
        assertThat(caller.send("POST", "/rebuild", "").statusCode()).isEqualTo(202);
        assertThat(awaitEnd().path("state").asText()).isEqualTo("done");
    }

    private static long schemas(String name) {
        return postgres.jdbi()
                .withHandle(handle -> handle.createQuery("select count(*) from pg_namespace where nspname = :name")
                        .bind("name", name)
                        .mapTo(long.class)
                        .one());
    }

    @Test
    void isForAdministrators() throws Exception {
        Caller director = OPENED.add(new Caller(
                caller.request("/").build().uri().getPort(), fixture.crew().token("bob", "flight-director")));
        assertThat(director.send("POST", "/rebuild", "").statusCode()).isEqualTo(403);
        assertThat(director.get("/rebuild").path("state").asText()).isNotEmpty();
    }
}
