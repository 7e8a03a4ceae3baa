package org.perilune.query;

import java.time.Clock;
import java.time.Duration;
import org.perilune.chassis.postgres.Postgres;
import org.perilune.chassis.postgres.SqlTimes;
import org.perilune.chassis.runtime.Loop;
import org.perilune.query.model.Model;
import org.perilune.query.model.SchemaGenerations;
import org.perilune.query.rebuild.RebuildStore;

/** What is to be done at start and every now and then, by any copy. */
final class Maintenance {
    private static final Duration EVERY = Duration.ofSeconds(10);
    private static final int MOST_PRUNED = 5_000;

    private final Postgres postgres;
    private final Duration activitiesKept;
    private final Clock clock;

    private Maintenance(Postgres postgres, Duration activitiesKept, Clock clock) {
        this.postgres = postgres;
        this.activitiesKept = activitiesKept;
        this.clock = clock;
    }

    static Loop start(Postgres postgres, Duration activitiesKept, Clock clock) {
        var maintenance = new Maintenance(postgres, activitiesKept, clock);
        return Loop.start("query-maintenance", postgres::awaitMigrated, maintenance::turn);
    }

    private Duration turn() {
        postgres.jdbi().useTransaction(SchemaGenerations::lock); // makes the first generation
        postgres.jdbi().useTransaction(transaction -> RebuildStore.clearAway(transaction, clock.instant()));
        prune();
        return EVERY;
    }

    /** What a rebuild reads from the log again goes again. */
    private void prune() {
        postgres.jdbi().useTransaction(transaction -> {
            Model serving = SchemaGenerations.look(transaction).orElseThrow().serving();
            transaction.execute(serving.sql("""
                            delete from model_0.happenings where key in (
                                select key from model_0.happenings where at < ? order by at limit ?)
                            """), SqlTimes.of(clock.instant().minus(activitiesKept)), MOST_PRUNED);
        });
    }
}
