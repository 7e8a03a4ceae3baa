package org.perilune.chassis.postgres;

import io.javalin.http.GatewayTimeoutResponse;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Changes asked for over HTTP, which are answered after their commit. Safe for threads. */
public final class TransactionRunner {
    private static final Logger LOG = LoggerFactory.getLogger(TransactionRunner.class);
    private static final int MOST_TRIES = 3;

    private TransactionRunner() {}

    /** A change, made in this transaction only; may be called again where PostgreSQL asks to. */
    @FunctionalInterface
    public interface Change<T> {
        T make(Handle transaction);
    }

    /**
     * Returns after the commit. Any failure but the stated one means that nothing was changed.
     *
     * @param uncertain for the caller: what may or may not have been changed, and how to find out
     * @throws GatewayTimeoutResponse where the database went away before it said what came of the commit
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
            } catch (RuntimeException failure) {
                boolean again = wasRolledBack(failure);
                if (again && attempt < MOST_TRIES) {
                    continue;
                }
                if (committing.get() && !again && SqlFailures.isAway(failure)) {
                    LOG.warn("It is not known whether a change was committed [change: {}]", uncertain, failure);
                    throw new GatewayTimeoutResponse("The database did not say what came of it. " + uncertain);
                }
                throw failure;
            }
        }
    }

    /** A deadlock or the like: PostgreSQL asks to try again. */
    private static boolean wasRolledBack(RuntimeException failure) {
        return SqlFailures.state(failure)
                .filter(state -> state.startsWith("40"))
                .isPresent();
    }
}
