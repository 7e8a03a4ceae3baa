package org.perilune.telemetry.ingest;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import javax.sql.DataSource;
import org.perilune.chassis.postgres.Postgres;
import org.perilune.chassis.runtime.Loop;

/**
 * Keeps the newest rejects only, so that a device that sends nonsense for ever does not fill the disk. A reject that a
 * device's watermark still stands on stays, however old: without it the frame would count as missing after a restart.
 * Copies share the work row by row.
 */
public final class RejectPruner {
    private static final Duration PERIOD = Duration.ofMinutes(1);
    private static final Duration BETWEEN_BATCHES = Duration.ofMillis(100);
    private static final int BATCH = 1_000;
    private static final int ROW_BYTES = 200;

    private static final String PRUNE = """
            delete from reject where id in (
                select r.id from reject r
                where r.%s
                    and (r.seq is null or r.seq <= (
                        select p.upto from device d join progress p on p.device_id = d.id
                        where d.name = r.device and p.epoch = r.epoch))
                order by r.%s limit ? for update of r skip locked)
            """;
    private static final String OLD = PRUNE.formatted("received < ?", "received");
    private static final String SURPLUS =
            PRUNE.formatted("id <= (select id from reject order by id desc offset ? limit 1)", "id");

    /** The newest that is too much, and all before it. The length of a payload is known without reading it. */
    private static final String TOO_LARGE = PRUNE.formatted("""
            id <= (select max(id) from (
                select id, sum(octet_length(payload) + %d) over (order by id desc) as bytes from reject) sized
                where bytes > ?)
            """.formatted(ROW_BYTES), "id");

    private final DataSource database;
    private final Rejects limits;
    private final Clock clock;

    /**
     * @param keep how many at most
     * @param bytes of their payloads at most
     * @param age how long at most
     */
    public record Rejects(int keep, long bytes, Duration age) {}

    RejectPruner(DataSource database, Rejects limits, Clock clock) {
        this.database = database;
        this.limits = limits;
        this.clock = clock;
    }

    public static Loop start(Postgres postgres, Rejects limits, Clock clock) {
        var pruner = new RejectPruner(postgres.dataSource(), limits, clock);
        return Loop.start(
                "telemetry-reject-pruner",
                postgres::awaitMigrated,
                () -> pruner.prune() >= BATCH ? BETWEEN_BATCHES : PERIOD);
    }

    /** One batch. @return how many went; as many as a batch holds where there may be more */
    int prune() throws SQLException {
        try (Connection connection = database.getConnection();
                PreparedStatement old = connection.prepareStatement(OLD);
                PreparedStatement surplus = connection.prepareStatement(SURPLUS);
                PreparedStatement large = connection.prepareStatement(TOO_LARGE)) {
            old.setObject(1, clock.instant().minus(limits.age()).atOffset(ZoneOffset.UTC));
            old.setInt(2, BATCH);
            int gone = old.executeUpdate();
            surplus.setInt(1, limits.keep());
            surplus.setInt(2, BATCH);
            gone = Math.max(gone, surplus.executeUpdate());
            large.setLong(1, limits.bytes());
            large.setInt(2, BATCH);
            return Math.max(gone, large.executeUpdate());
        }
    }
}
