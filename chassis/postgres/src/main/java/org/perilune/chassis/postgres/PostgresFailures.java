package org.perilune.chassis.postgres;

import java.util.Optional;
import org.perilune.chassis.runtime.DriverFailures;

/** What failures of PostgreSQL and its driver mean. */
public final class PostgresFailures implements DriverFailures {
    @Override
    public boolean isAway(Throwable failure) {
        return SqlFailures.isAway(failure);
    }

    @Override
    public Optional<String> undone(Throwable failure) {
        return SqlFailures.isAway(failure)
                ? Optional.of("The database is away. Nothing was changed; try again shortly.")
                : Optional.empty();
    }

    @Override
    public Optional<String> uncertain(Throwable failure) {
        return SqlFailures.isUncertain(failure)
                ? Optional.of("The database went away before it said what came of it. "
                        + "It may have been done: look before you repeat it.")
                : Optional.empty();
    }
}
