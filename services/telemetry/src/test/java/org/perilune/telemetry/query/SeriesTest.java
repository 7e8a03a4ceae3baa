package org.perilune.telemetry.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.perilune.chassis.json.Json;
import org.perilune.chassis.runtime.Service;
import org.perilune.telemetry.IngestFixture;
import org.perilune.telemetry.rollup.Rollup;
import org.perilune.telemetry.store.DeviceNames;
import org.postgresql.ds.PGSimpleDataSource;

/** Plots while far more frames await rolling up than one would like. The service that would roll them does not run. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SeriesTest {
    private static final Instant BEGIN = Instant.parse("2027-01-15T00:00:00Z");
    private static final int FRAMES = 120_000;
    private static final SeriesQuery DAY =
            new SeriesQuery("backlog", "altitude", BEGIN, BEGIN.plus(Duration.ofDays(1)), 100);

    private IngestFixture stores;
    private PGSimpleDataSource database;

    @BeforeAll
    void start(@TempDir Path home) throws Exception {
        stores = new IngestFixture(home);
        // Makes the schema.
        try (Service service = stores.service()) {
            assertThat(service.port()).isPositive();
        }
        database = stores.dataSource();
        stores.run("insert into device (name) values ('backlog')");
        store(1, FRAMES, 1);
        // The extreme is in one of the oldest frames, which used to be left out.
        store(FRAMES + 1, 1, 777);
    }

    private void store(int from, int count, int value) throws SQLException {
        store("backlog", from, count, value);
    }

    private void store(String device, int from, int count, int value) throws SQLException {
        byte[] payload = IngestFixture.frame(value, 0).toByteArray();
        String where = "(select id from device where name = '" + device + "')";
        // Twelve thousand frames a minute; the last of all falls into the first minute.
        stores.run("insert into frame select " + where + ", 5, n, timestamptz '" + BEGIN
                + "' + (n % 120000) * interval '5 milliseconds', now(), null, '\\x"
                + HexFormat.of().formatHex(payload) + "'::bytea from generate_series(" + from + ", "
                + (from + count - 1) + ") n");
        stores.run("insert into mark select device_id, date_trunc('minute', device_time), 5, min(seq), max(seq)"
                + " from frame where epoch = 5 group by 1, 2"
                + " on conflict (device_id, minute, epoch) do update set seq_to = excluded.seq_to, rolled = false");
    }

    @AfterAll
    void stop() throws Exception {
        stores.close();
    }

    /** The first roll-up of all makes the parameter's number, just after the query has looked for what is not rolled up. */
    @Test
    void seesWhatIsRolledUpForTheFirstTimeMeanwhile() throws Exception {
        stores.run("insert into device (name) values ('newcomer')");
        store("newcomer", 1, 10, 42);
        var query = new SeriesQuery("newcomer", "altitude", DAY.from(), DAY.to(), 100);
        try (var connection = stores.connect()) {
            int device = DeviceNames.require(connection, "newcomer");
            connection.setAutoCommit(false);
            try (var lock = connection.createStatement()) {
                lock.execute("lock table mark in access exclusive mode");
            }
            CompletableFuture<JsonNode> answer = CompletableFuture.supplyAsync(() -> {
                try {
                    return answer(database, Duration.ofMinutes(1), query);
                } catch (Exception failure) {
                    throw new CompletionException(failure);
                }
            });
            await().until(() -> stores.count("select count(*) from pg_locks where not granted") > 0);
            assertThat(new Rollup(connection).roll(device)).isPositive();
            assertThat(maximum(answer.join())).isEqualTo(142);
        }
    }

    private static JsonNode answer(DataSource database, Duration time, SeriesQuery query) throws Exception {
        return Json.mapper().readTree(new SeriesQueries(database, time).series(query));
    }

    private static double maximum(JsonNode series) {
        double maximum = Double.NEGATIVE_INFINITY;
        for (JsonNode point : series.get("points")) {
            maximum = Math.max(maximum, point.get(2).asDouble());
        }
        return maximum;
    }

    @Test
    void isTrueBeforeWhileAndAfterFramesAreRolledUp() throws Exception {
        JsonNode before = answer(database, Duration.ofMinutes(1), DAY);
        assertThat(before.get("complete").asBoolean()).isTrue();
        assertThat(maximum(before)).isEqualTo(877);
        JsonNode hasty = answer(database, Duration.ofNanos(1), DAY);
        assertThat(hasty.get("complete").asBoolean()).isFalse();
        long began = System.nanoTime();
        try (var connection = stores.connect()) {
            int device = DeviceNames.require(connection, "backlog");
            while (new Rollup(connection).roll(device) > 0) {
                assertThat(maximum(answer(database, Duration.ofMinutes(1), DAY)))
                        .isEqualTo(877);
            }
        }
        assertThat(stores.count("select sum(count) from rollup where level_seconds = 14400"
                        + " and device_id = (select id from device where name = 'backlog')"))
                .as("after %d ms", (System.nanoTime() - began) / 1_000_000)
                .isEqualTo(FRAMES + 1);
        JsonNode after = answer(database, Duration.ofNanos(1), DAY);
        assertThat(after.get("complete").asBoolean()).isTrue();
        assertThat(after.get("points")).isEqualTo(before.get("points"));
        assertThat(stores.count("select count(*) from mark where not rolled")).isZero();
    }
}
