package org.perilune.query.model;

import java.util.function.Function;
import org.perilune.chassis.postgres.SqlFailures;

/** A generation may go just as one begins to read it: then there is a new one. */
public final class StaleSchemaRetry {
    private static final int MOST_TRIES = 3;
    private static final String NO_SUCH_TABLE = "42P01";
    private static final String NO_SUCH_SCHEMA = "3F000";

    private StaleSchemaRetry() {}

    /** It is there, but serves no more. */
    public static final class Gone extends RuntimeException {
        public Gone() {
            super("Another generation of the model serves");
        }
    }

    public static <T> T retry(SchemaGenerations.State first, VersionBarrier barrier, Function<Model, T> reading) {
        SchemaGenerations.State state = first;
        for (int attempt = 1; ; attempt++) {
            try {
                return reading.apply(state.serving());
            } catch (RuntimeException failure) {
                if (attempt == MOST_TRIES || !isGone(failure)) {
                    throw failure;
                }
                state = barrier.look();
            }
        }
    }

    public static boolean isGone(RuntimeException failure) {
        return failure instanceof Gone
                || SqlFailures.state(failure)
                        .filter(state -> state.equals(NO_SUCH_TABLE) || state.equals(NO_SUCH_SCHEMA))
                        .isPresent();
    }
}
