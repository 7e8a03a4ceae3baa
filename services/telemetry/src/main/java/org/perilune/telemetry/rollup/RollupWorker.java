package org.perilune.telemetry.rollup;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import javax.sql.DataSource;
import org.perilune.chassis.runtime.Loop;

/**
 * Keeps roll-ups in step with frames: a mark that is closed is rolled; an open one is
 * its writer's, who touches it only to close it. Copies share
 * the work: a device belongs to one of them for the length of a transaction. Steps aside while ingest is behind, as
 * {@link RollupTurn} bounds it.
 */
public final class RollupWorker implements AutoCloseable {
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final Duration AT_ONCE = Duration.ofMillis(5);
    private static final int DEVICES_AT_ONCE = 64;

    private static final String LAG = """
        select coalesce((extract(epoch from now() - min(changed)) * 1000)::bigint, 0) from mark
        where not rolled and seq_to is not null
        """;

    private static final String WAITING = """
        select device_id from mark
        where not rolled and seq_to is not null
        group by device_id
        order by min(minute)
        limit ?
        """;

    private final DataSource database;
    private final RollupTurn turn;
    private final AtomicLong waitingDevices = new AtomicLong();
    private final AtomicLong lagMillis = new AtomicLong();
    private final Counter rolled;
    private long lagMeasured = System.nanoTime() - PAUSE.toNanos(); // of the worker's thread
    private final Loop loop;
    private volatile boolean closing;

    private RollupWorker(DataSource database, BooleanSupplier busy, MeterRegistry meters) {
        this.database = database;
        this.turn = new RollupTurn(busy, System::nanoTime);
        this.rolled = Counter.builder("telemetry.rollup.marks")
                .description("Marks whose frames were rolled up")
                .register(meters);
        Gauge.builder("telemetry.rollup.waiting.devices", waitingDevices, AtomicLong::get)
                .description("Devices with closed marks to roll up, as far as one look finds them")
                .register(meters);
        Gauge.builder("telemetry.rollup.lag", lagMillis, millis -> millis.get() / 1_000.0)
                .description("Time since the closed mark that waits longest was written")
                .baseUnit("seconds")
                .register(meters);
        this.loop = Loop.start("telemetry-rollup", this::turn);
    }

    /** @param busy whether ingest has so much to do that roll-ups should wait */
    public static RollupWorker open(DataSource database, BooleanSupplier busy, MeterRegistry meters) {
        return new RollupWorker(database, busy, meters);
    }

    /** For {@link org.perilune.chassis.runtime.Health}. */
    public Optional<String> problem() {
        return loop.problem();
    }

    private Duration turn() throws SQLException {
        return rollSome() ? AT_ONCE : PAUSE;
    }

    /** Whether there may be more to do at once. */
    private boolean rollSome() throws SQLException {
        try (Connection connection = database.getConnection()) {
            measureLag(connection);
            boolean more = false;
            for (int device : waiting(connection)) {
                if (closing || !turn.take()) {
                    return false;
                }
                int minutes = new Rollup(connection).roll(device);
                rolled.increment(minutes);
                more |= minutes > 0;
            }
            return more;
        }
    }

    private void measureLag(Connection connection) throws SQLException {
        long now = System.nanoTime();
        if (now - lagMeasured < PAUSE.toNanos()) {
            return;
        }
        lagMeasured = now;
        try (PreparedStatement statement = connection.prepareStatement(LAG);
                ResultSet result = statement.executeQuery()) {
            result.next();
            lagMillis.set(Math.max(0, result.getLong(1)));
        }
    }

    private List<Integer> waiting(Connection connection) throws SQLException {
        var devices = new ArrayList<Integer>();
        try (PreparedStatement statement = connection.prepareStatement(WAITING)) {
            statement.setInt(1, DEVICES_AT_ONCE);
            try (ResultSet result = statement.executeQuery()) {
                while (result.next()) {
                    devices.add(result.getInt(1));
                }
            }
        }
        waitingDevices.set(devices.size());
        return devices;
    }

    @Override
    public void close() {
        closing = true;
        loop.close();
    }
}
