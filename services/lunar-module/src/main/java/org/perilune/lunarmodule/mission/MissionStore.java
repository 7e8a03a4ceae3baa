package org.perilune.lunarmodule.mission;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.Optional;
import org.jdbi.v3.core.JdbiException;
import org.perilune.chassis.json.Json;
import org.perilune.chassis.postgres.Postgres;
import org.perilune.chassis.postgres.SqlTimes;
import org.perilune.chassis.runtime.Threads;
import org.perilune.chassis.runtime.WakeupSignal;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The mission's state in PostgreSQL: for a lunar module whose disk was replaced. */
public final class MissionStore {
    private static final Logger LOG = LoggerFactory.getLogger(MissionStore.class);
    private static final Duration RETRY = Duration.ofSeconds(5);

    private final Postgres postgres;

    public MissionStore(Postgres postgres) {
        this.postgres = postgres;
    }

    /**
     * Empty also where the database is away: the flight does not wait for it.
     *
     * @param configuredPeriodSeconds of the orbit, where only the time was kept
     */
    public Optional<MissionState> readIfThere(double configuredPeriodSeconds) {
        if (postgres.problem().isPresent()) {
            return Optional.empty();
        }
        try {
            return postgres.jdbi()
                    .withHandle(handle -> handle.createQuery("select at, elapsed_seconds, scale, state from mission")
                            .map((row, context) -> state(row, configuredPeriodSeconds))
                            .findOne());
        } catch (JdbiException failure) {
            LOG.warn("The mission's state cannot be read from the database; going on without", failure);
            return Optional.empty();
        }
    }

    private static MissionState state(ResultSet row, double configuredPeriodSeconds) throws SQLException {
        String state = row.getString("state");
        if (state == null) {
            var time = new MissionTime(
                    SqlTimes.instant(row, "at"), row.getDouble("elapsed_seconds"), row.getDouble("scale"));
            return MissionState.begunAt(time, configuredPeriodSeconds);
        }
        try {
            return MissionState.read(state.getBytes(StandardCharsets.UTF_8));
        } catch (IOException failure) {
            throw new SQLException("The mission's state in the database cannot be read", failure);
        }
    }

    /** Brings every change to the database in the background, and the newest when it was away; close to give up. */
    public AutoCloseable keep(Mission mission) {
        var changes = new WakeupSignal();
        changes.raise();
        mission.onChange(changes::raise);
        Thread thread = Threads.start("lunar-module-mission", () -> {
            try {
                postgres.awaitMigrated();
                while (true) {
                    changes.await();
                    while (!write(mission.now().state())) {
                        Thread.sleep(RETRY);
                    }
                }
            } catch (InterruptedException closed) {
                Thread.currentThread().interrupt();
            }
        });
        return thread::interrupt;
    }

    private boolean write(MissionState state) {
        try {
            postgres.jdbi()
                    .useHandle(handle -> handle.createUpdate("""
                            insert into mission (at, elapsed_seconds, scale, state)
                            values (:at, :elapsed, :scale, :state::jsonb)
                            on conflict (id) do update
                            set at = excluded.at, elapsed_seconds = excluded.elapsed_seconds, scale = excluded.scale,
                                state = excluded.state
                            """)
                            .bind("at", state.time().at().atOffset(ZoneOffset.UTC))
                            .bind("elapsed", state.time().elapsedSeconds())
                            .bind("scale", state.time().scale())
                            .bind("state", new String(Json.bytes(state), StandardCharsets.UTF_8))
                            .execute());
            return true;
        } catch (RuntimeException failure) {
            LOG.warn("The mission's state cannot be kept in the database yet; trying again", failure);
            return false;
        }
    }
}
