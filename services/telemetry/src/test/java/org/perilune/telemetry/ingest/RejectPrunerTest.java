package org.perilune.telemetry.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.perilune.chassis.runtime.Service;
import org.perilune.telemetry.IngestFixture;
import org.perilune.telemetry.query.RejectQueries;
import org.perilune.telemetry.store.Times;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RejectPrunerTest {
    private IngestFixture stores;

    @BeforeAll
    void start(@TempDir Path home) throws Exception {
        stores = new IngestFixture(home);
        try (Service service = stores.service()) {
            assertThat(service.port()).isPositive();
            await().atMost(Duration.ofSeconds(30))
                    .ignoreExceptions()
                    .until(() -> stores.count("select count(*) from reject") == 0);
        }
    }

    @BeforeEach
    void empty() throws Exception {
        stores.run("truncate reject, progress, parameter, device restart identity");
    }

    @AfterAll
    void stop() throws Exception {
        stores.close();
    }

    private RejectPruner pruner(int keep, Duration age) throws Exception {
        return new RejectPruner(
                stores.dataSource(), new RejectPruner.Rejects(keep, Long.MAX_VALUE, age), Clock.systemUTC());
    }

    private void rejects(int count, String age) throws Exception {
        stores.run("""
                insert into reject (received, device, topic, reason, payload, entry)
                select now() - interval '%s', 'rover', 'x', 'bad', '\\x00', gen_random_uuid()::text
                from generate_series(1, %d)
                """.formatted(age, count));
    }

    @Test
    void areCountedForADeviceSinceAnInstant() throws Exception {
        rejects(3, "1 hour");
        rejects(2, "1 minute");
        var queries = new RejectQueries(Jdbi.create(stores.dataSource()));
        Instant lately = Instant.now().minus(Duration.ofMinutes(30));
        assertThat(queries.newest(null, Times.EARLIEST, 10).total()).isEqualTo(5);
        assertThat(queries.newest("rover", lately, 1))
                .extracting(RejectQueries.Rejects::total, page -> page.rejects().size())
                .containsExactly(2L, 1);
        assertThat(queries.newest("eagle", Times.EARLIEST, 10).total()).isZero();
    }

    @Test
    void keepsTheNewestAndGoesInBatches() throws Exception {
        rejects(2_600, "1 hour");
        RejectPruner pruner = pruner(300, Duration.ofDays(30));
        assertThat(pruner.prune()).isEqualTo(1_000);
        assertThat(pruner.prune()).isEqualTo(1_000);
        assertThat(pruner.prune()).isEqualTo(300);
        assertThat(pruner.prune()).isZero();
        assertThat(stores.count("select count(*) from reject")).isEqualTo(300);
        assertThat(stores.count("select min(id) from reject")).isEqualTo(2_301);
    }

    @Test
    void keepsNothingThatIsTooOld() throws Exception {
        rejects(5, "31 days");
        rejects(7, "29 days");
        RejectPruner pruner = pruner(1_000, Duration.ofDays(30));
        assertThat(pruner.prune()).isEqualTo(5);
        assertThat(stores.count("select count(*) from reject")).isEqualTo(7);
    }

    @Test
    void keepsWhatAWatermarkStandsOn() throws Exception {
        stores.run("insert into device (name) values ('rover')");
        stores.run("insert into progress (device_id, epoch, upto, highest) select id, 9, 4, 7 from device");
        rejects(2, "31 days");
        stores.run("update reject set epoch = 9, seq = 2 + id * 2"); // 4 is settled for good, 6 is beyond a hole
        RejectPruner pruner = pruner(1_000, Duration.ofDays(30));
        assertThat(pruner.prune()).isEqualTo(1);
        assertThat(stores.count("select seq from reject")).isEqualTo(6);
    }

    @Test
    void keepsSoManyBytesAtMost() throws Exception {
        rejects(50, "1 hour");
        stores.run("update reject set payload = decode(repeat('ab', 10000), 'hex')");
        var limits = new RejectPruner.Rejects(1_000, 100_000, Duration.ofDays(30));
        var pruner = new RejectPruner(stores.dataSource(), limits, Clock.systemUTC());
        assertThat(pruner.prune()).isEqualTo(41);
        assertThat(pruner.prune()).isZero();
        assertThat(stores.count("select min(id) from reject")).isEqualTo(42);
    }

    @Test
    void keepsTheProgressOfTheNewestEpochsAndOfThoseWithHolesForLonger() throws Exception {
        stores.run("insert into device (name) values ('rover'), ('quiet')");
        stores.run("""
                insert into progress (device_id, epoch, upto, highest, missing)
                select id, e, 1, 1, case when e %% 10 = 0 then 1 else 0 end
                from device, generate_series(1, 5000) e where name = 'rover' or e <= 10
                """.formatted());
        rejects(1, "1 hour");
        stores.run("update reject set epoch = 3, seq = 1");
        var pruner = new EpochPruner(stores.dataSource(), 20);
        // Of the 4,980 older ones 498 have a hole, and one has a reject: 519 are left, of which 200 may be.
        assertThat(pruner.prune()).isEqualTo(4_980 - 498 - 1 + 319 - 1);
        assertThat(pruner.prune()).isZero();
        assertThat(stores.count("select count(*) from progress where epoch = 3"))
                .isEqualTo(2);
        assertThat(stores.count("select count(*) from progress join device on id = device_id where name = 'quiet'"))
                .isEqualTo(10);
    }
}
