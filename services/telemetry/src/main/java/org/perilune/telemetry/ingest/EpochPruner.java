package org.perilune.telemetry.ingest;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.perilune.chassis.postgres.Postgres;
import org.perilune.chassis.runtime.Loop;

/**
 * Bounds the kept progress of each device: of epochs older than its newest ones, rows go that tell of nothing missing.
 * They can be spared: where such an epoch comes up again its progress is found from its frames. Of a device that leaves
 * a hole in every epoch they go, too, when there are ten times as many. Copies may do it side by side.
 */
public final class EpochPruner {
    private static final Duration PERIOD = Duration.ofMinutes(10);
    private static final int BATCH = 10_000;
    private static final int WITH_HOLES = 10;

    private static final String SURPLUS = """
            select device_id from progress group by device_id having count(*) > ?
            """;

    /** What rejects are settled by stays: without it they would count as missing. */
    private static final String PRUNE = """
            delete from progress where (device_id, epoch) in (
                select p.device_id, p.epoch from progress p join device d on d.id = p.device_id
                where p.device_id = ? and p.epoch <= (
                        select epoch from progress where device_id = ? order by epoch desc offset ? limit 1)
                    and (p.missing = 0 or ?)
                    and not exists (select from reject r
                        where r.device = d.name and r.epoch = p.epoch and r.seq is not null)
                order by p.epoch limit ?)
            """;

    private final DataSource database;
    private final int keep;

    EpochPruner(DataSource database, int keep) {
        this.database = database;
        this.keep = keep;
    }

    /** @param keep epochs of a device */
    public static Loop start(Postgres postgres, int keep) {
        var pruner = new EpochPruner(postgres.dataSource(), keep);
        return Loop.start("telemetry-epoch-pruner", postgres::awaitMigrated, () -> {
            int _ = pruner.prune();
            return PERIOD;
        });
    }

    /** @return how many rows went */
    int prune() throws SQLException {
        int gone = 0;
        try (Connection connection = database.getConnection();
                PreparedStatement prune = connection.prepareStatement(PRUNE)) {
            for (int device : devices(connection)) {
                gone += prune(prune, device, keep, false);
                gone += prune(prune, device, keep * WITH_HOLES, true);
            }
        }
        return gone;
    }

    private List<Integer> devices(Connection connection) throws SQLException {
        var devices = new ArrayList<Integer>();
        try (PreparedStatement surplus = connection.prepareStatement(SURPLUS)) {
            surplus.setInt(1, keep);
            try (ResultSet result = surplus.executeQuery()) {
                while (result.next()) {
                    devices.add(result.getInt(1));
                }
            }
        }
        return devices;
    }

    private static int prune(PreparedStatement statement, int device, int keep, boolean withHoles) throws SQLException {
        statement.setInt(1, device);
        statement.setInt(2, device);
        statement.setInt(3, keep);
        statement.setBoolean(4, withHoles);
        statement.setInt(5, BATCH);
        return statement.executeUpdate();
    }
}
