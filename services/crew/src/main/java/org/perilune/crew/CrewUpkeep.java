package org.perilune.crew;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.perilune.chassis.Postgres;
import org.perilune.chassis.SqlFailures;
import org.perilune.chassis.Threads;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What has to be done again and again: keys made and read, the first administrator, old sessions dropped. */
final class CrewUpkeep implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CrewUpkeep.class);
    private static final Duration PERIOD = Duration.ofSeconds(5);
    private static final Duration RETRY = Duration.ofMillis(500);

    private final Postgres postgres;
    private final Runnable work;
    private final CountDownLatch closing = new CountDownLatch(1);

    private CrewUpkeep(Postgres postgres, Runnable work) {
        this.postgres = postgres;
        this.work = work;
    }

    /** Does the work once before it returns, if PostgreSQL is there: who can reach the service can log in. */
    static CrewUpkeep start(Postgres postgres, Runnable work) {
        var upkeep = new CrewUpkeep(postgres, work);
        boolean done = upkeep.pass();
        Threads.start("crew-upkeep", () -> upkeep.run(done));
        return upkeep;
    }

    private void run(boolean done) {
        boolean last = done;
        try {
            while (!closing.await((last ? PERIOD : RETRY).toMillis(), TimeUnit.MILLISECONDS)) {
                last = pass();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean pass() {
        if (postgres.problem().isPresent()) {
            return false;
        }
        try {
            work.run();
            return true;
        } catch (RuntimeException failure) {
            if (closing.getCount() == 0) {
                return false;
            }
            if (SqlFailures.isAway(failure)) {
                LOG.warn("Upkeep waits for PostgreSQL");
            } else {
                LOG.error("Upkeep failed and is tried again", failure);
            }
            return false;
        }
    }

    @Override
    public void close() {
        closing.countDown();
    }
}
