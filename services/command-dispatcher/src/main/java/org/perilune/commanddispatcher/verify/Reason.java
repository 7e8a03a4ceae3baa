package org.perilune.commanddispatcher.verify;

import java.util.Optional;
import org.perilune.chassis.postgres.SqlFailures;

/** What is worth saying of a failure that mends itself. */
public final class Reason {
    private Reason() {}

    /** The database's words where it is merely away; empty for all that wants looking into, with its trace. */
    public static Optional<String> ofBeingAway(Throwable failure) {
        if (!SqlFailures.isAway(failure)) {
            return Optional.empty();
        }
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return Optional.of(String.valueOf(root.getMessage()));
    }
}
