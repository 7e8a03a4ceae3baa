package org.perilune.crew;

import java.time.Duration;
import org.perilune.chassis.postgres.Postgres;
import org.perilune.chassis.runtime.Loop;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What has to be done again and again: keys made and read, the first administrator, old sessions dropped. */
final class CrewMaintenance {
    private static final Logger LOG = LoggerFactory.getLogger(CrewMaintenance.class);
    private static final Duration PERIOD = Duration.ofSeconds(5);
    private static final Duration RETRY = Duration.ofMillis(500);

    private CrewMaintenance() {}

    /** Does the work once before it returns, if PostgreSQL is there: who can reach the service can log in. */
    static Loop start(Postgres postgres, Runnable work) {
        try {
            pass(postgres, work);
        } catch (RuntimeException failure) {
            LOG.debug("The first maintenance failed; it is tried again at once", failure);
        }
        return Loop.start("crew-maintenance", () -> pass(postgres, work) ? PERIOD : RETRY);
    }

    private static boolean pass(Postgres postgres, Runnable work) {
        if (postgres.problem().isPresent()) {
            return false;
        }
        work.run();
        return true;
    }
}
