package org.perilune.lunarmodule;

import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Optional;
import org.jdbi.v3.core.JdbiException;
import org.perilune.chassis.Postgres;
import org.perilune.chassis.Threads;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The mission's time in PostgreSQL: for a lunar module whose disk was replaced. */
final class MissionStore {
    private static final Logger LOG = LoggerFactory.getLogger(MissionStore.class);
    private static final Duration RETRY = Duration.ofSeconds(5);

    private final Postgres postgres;

    MissionStore(Postgres postgres) {
        this.postgres = postgres;
    }

    /** Empty also where the database is away: the flight does not wait for it. */
    Optional<MissionTime> readIfThere() {
        if (postgres.problem().isPresent()) {
            return Optional.empty();
        }
        try {
            return postgres.jdbi()
                    .withHandle(handle -> handle.createQuery("select at, elapsed_seconds, scale from mission")
                            .map((row, context) -> new MissionTime(
                                    row.getObject("at", OffsetDateTime.class).toInstant(),
                                    row.getDouble("elapsed_seconds"),
                                    row.getDouble("scale")))
                            .findOne());
        } catch (JdbiException failure) {
            LOG.warn("The mission's time cannot be read from the database; going on without", failure);
            return Optional.empty();
        }
    }

    /** Tries in the background until the database has it; close to give up. */
    AutoCloseable keep(MissionTime mission) {
        Thread thread = Threads.start("lunar-module-mission", () -> {
            try {
                postgres.awaitMigrated();
                while (!write(mission)) {
                    Thread.sleep(RETRY);
                }
            } catch (InterruptedException closed) {
                Thread.currentThread().interrupt();
            }
        });
        return thread::interrupt;
    }

    private boolean write(MissionTime mission) {
        try {
            postgres.jdbi()
                    .useHandle(handle -> handle.createUpdate("""
                            insert into mission (at, elapsed_seconds, scale) values (:at, :elapsed, :scale)
                            on conflict (id) do update
                            set at = excluded.at, elapsed_seconds = excluded.elapsed_seconds, scale = excluded.scale
                            """)
                            .bind("at", mission.at().atOffset(ZoneOffset.UTC))
                            .bind("elapsed", mission.elapsedSeconds())
                            .bind("scale", mission.scale())
                            .execute());
            return true;
        } catch (JdbiException failure) {
            LOG.warn("The mission's time cannot be kept in the database yet; trying again", failure);
            return false;
        }
    }
}
