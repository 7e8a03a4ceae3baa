package org.perilune.chassis.postgres;

import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.perilune.chassis.runtime.ServiceException;

/** Changes that are answered after their commit. Safe for threads. */
public final class TransactionRunner {
    private static final int MOST_TRIES = 3;

    private TransactionRunner() {}

    /** A change, made in this transaction only; may be called again where PostgreSQL asks to. */
    @FunctionalInterface
    public interface Change<T> {
        T make(Handle transaction) throws SQLException;
    }

    /**
     * Returns after the commit. Any failure but the stated one means that nothing was changed.
     *
     * @param uncertain for the caller: what may or may not have been changed, and how to find out
     * @throws ServiceException.Uncertain where the database went away before it said what came of the commit
     */
    public static <T> T change(Jdbi jdbi, String uncertain, Change<T> change) {
        for (int attempt = 1; ; attempt++) {
            var committing = new AtomicBoolean();
            try {
                return jdbi.inTransaction(transaction -> {
                    T made = change.make(transaction);
                    committing.set(true);
                    return made;
                });
            } catch (SQLException | RuntimeException failure) {
                boolean again = wasRolledBack(failure);
                if (again && attempt < MOST_TRIES) {
                    continue;
                }
                if (committing.get() && !again && SqlFailures.isAway(failure)) {
                    throw new ServiceException.Uncertain(
                            "The database did not say what came of it. " + uncertain, failure);
                }
                throw unchecked(failure);
            }
        }
    }

    private static RuntimeException unchecked(Exception failure) {
        return failure instanceof RuntimeException unchecked
                ? unchecked
                : new IllegalStateException("A change could not be written", failure);
    }

    /** A deadlock or the like: PostgreSQL asks to try again. */
    private static boolean wasRolledBack(Exception failure) {
        return SqlFailures.state(failure)
                .filter(state -> state.startsWith("40"))
                .isPresent();
    }
}
