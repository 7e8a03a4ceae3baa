package org.perilune.chassis.postgres;

import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.Optional;
import java.util.Set;
import org.jdbi.v3.core.transaction.TransactionException;

/** What a failure from the database means. */
public final class SqlFailures {
    public static final String UNIQUE_VIOLATION = "23505";

    private static final String CANCELLED = "57014";
    /** A connection that failed, that is not there any more, and one whose protocol was violated. */
    private static final Set<String> BROKEN = Set.of("08006", "08003", "08007", "08P01");

    private SqlFailures() {}

    /** Whether a statement took longer than it may: by its own fault, or since another transaction stands in its way. */
    public static boolean isTimeout(Throwable failure) {
        return state(failure).filter(CANCELLED::equals).isPresent();
    }

    /**
     * Whether the database is away or out of resources, so that the same work may succeed later: SQLSTATE classes 08
     * (connection), 53 (resources), 57 (operator intervention), 55P03 and 40 (rolled back), an exhausted pool, and one
     * that was closed. That something in it cannot be understood is none of these, however it was wrapped.
     */
    public static boolean isAway(Throwable failure) {
        return sqlCause(failure)
                .map(cause -> {
                    String state = cause.getSQLState();
                    return cause instanceof SQLTransientConnectionException
                            || (state == null && isOwnWord(cause))
                            || (state != null && isAway(state));
                })
                .orElse(false);
    }

    private static boolean isAway(String state) {
        return state.startsWith("08")
                || state.startsWith("53")
                || state.startsWith("57")
                || state.startsWith("40")
                || state.equals("55P03");
    }

    /** A pool's, such as that the connection is closed; not what somebody made of another failure. */
    private static boolean isOwnWord(SQLException failure) {
        return failure.getCause() == null || failure.getCause() instanceof SQLException;
    }

    /**
     * Whether the connection broke while a transaction was being committed, so that it may have been. One that broke
     * before was rolled back, and what the database itself refuses it says.
     */
    public static boolean isUncertain(Throwable failure) {
        boolean committing = false;
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            committing |= cause instanceof TransactionException
                    && String.valueOf(cause.getMessage()).contains("commit");
        }
        return committing && state(failure).filter(BROKEN::contains).isPresent();
    }

    /** The SQLSTATE of the failure, where the database gave one. */
    public static Optional<String> state(Throwable failure) {
        return sqlCause(failure).flatMap(cause -> Optional.ofNullable(cause.getSQLState()));
    }

    private static Optional<SQLException> sqlCause(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql) {
                return Optional.of(sql);
            }
        }
        return Optional.empty();
    }
}
