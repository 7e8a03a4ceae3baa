package org.perilune.query.rebuild;

import java.time.Duration;
import java.util.Optional;
import org.perilune.chassis.postgres.Postgres;
import org.perilune.chassis.runtime.Loop;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.query.model.SchemaGenerations;

/**
 * Builds the model of a new database from the log of events, where there is one already: after a restore, or when query
 * comes to a Perilune that has run without it. A build that was interrupted is begun again. Safe for threads.
 */
public final class FirstModel implements AutoCloseable {
    private static final String BY = "query";
    private static final Duration LOOK = Duration.ofMillis(500);
    private static final Duration DONE = Duration.ofHours(1);

    private final Postgres postgres;
    private final EventLogClient log;
    private final Rebuilds rebuilds;
    private final Loop loop;
    private volatile boolean wanted;

    private FirstModel(Postgres postgres, EventLogClient log, Rebuilds rebuilds) {
        this.postgres = postgres;
        this.log = log;
        this.rebuilds = rebuilds;
        this.loop = Loop.start("query-first-model", postgres::awaitMigrated, this::turn);
    }

    public static FirstModel start(Postgres postgres, EventLogClient log, Rebuilds rebuilds) {
        return new FirstModel(postgres, log, rebuilds);
    }

    /** For health: what there was is not shown yet. */
    public Optional<String> problem() {
        return wanted
                ? Optional.of("The flight log is being built from the log of events; GET /rebuild tells how far it is")
                : Optional.empty();
    }

    private Duration turn() {
        if (postgres.jdbi().withHandle(SchemaGenerations::isComplete)) {
            wanted = false;
            return DONE;
        }
        if (!wanted && log.after(0, true).events().isEmpty()) {
            // What is published from now on waits in query's own queue.
            postgres.jdbi().useHandle(SchemaGenerations::completed);
            return DONE;
        }
        wanted = true;
        try {
            rebuilds.begin(BY);
        } catch (ServiceException.Conflict underWay) {
            // By whichever copy.
        }
        return LOOK;
    }

    @Override
    public void close() {
        loop.close();
    }
}
