package org.perilune.chassis.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Leader election by a session of PostgreSQL: who holds the advisory lock of a task is its leader, and writes over that
 * very session. The session is the fence: with the lock it loses its transaction and every later write, so that nothing
 * of a former leader is ever committed beside what the next one does. It ends with its process or connection; where its
 * client falls silent (stopped, cut off, without power) the server ends it after the client time-out by itself, or
 * another candidate does where it is in the midst of a statement. A leader therefore calls {@link #beat} at least twice
 * within that time; {@link #isSure} is no, by the monotonic clock, before anybody can have taken over, and is asked
 * before every act outside of the database. Not safe for threads, but for {@link #isSure}.
 */
public final class LeaderSession implements AutoCloseable {
    /** The first half of our locks' keys: "peri" in ASCII. */
    public static final int LOCKS = 0x70657269;

    private static final Logger LOG = LoggerFactory.getLogger(LeaderSession.class);

    /**
     * Sessions with our locks whose client the server waits for within a statement, such as COPY, where it obeys no
     * time-out. Roles see and may end their own sessions.
     */
    private static final String SILENT = """
        select distinct a.pid, a.query_start::text from pg_stat_activity a join pg_locks l on l.pid = a.pid
        where l.locktype = 'advisory' and l.classid::bigint = ? and l.granted
            and l.database = (select oid from pg_database where datname = current_database())
            and a.pid <> pg_backend_pid() and a.state = 'active' and a.wait_event_type = 'Client'
            and a.query_start < clock_timestamp() - ? * interval '1 millisecond'
        """;

    private final Connection connection;
    private final Duration silence;
    private Set<Silent> suspects = Set.of();
    private volatile long answeredNanos;

    private record Silent(int pid, String since) {}

    private LeaderSession(Connection connection, Duration silence) {
        this.connection = connection;
        this.silence = silence;
        this.answeredNanos = System.nanoTime();
    }

    /**
     * Makes the connection one that ends when its client is silent for so long, until it is closed.
     *
     * @param connection outside of a transaction; goes back to its pool after {@link #close}
     */
    public static LeaderSession on(Connection connection, PostgresConfig config) throws SQLException {
        var session = new LeaderSession(connection, config.clientTimeout());
        long millis = config.clientTimeout().toMillis();
        try {
            session.execute(
                    "set idle_session_timeout = " + millis, "set idle_in_transaction_session_timeout = " + millis);
        } catch (SQLException failure) {
            session.abort(failure);
            throw failure;
        }
        return session;
    }

    /** Takes the lock, unless another session has it; ends those that hold one of ours and have fallen silent. */
    public boolean take(int key) throws SQLException {
        boolean taken = ask("select pg_try_advisory_lock(?, ?)", key);
        if (!taken) {
            endSilent();
        }
        return taken;
    }

    public void give(int key) throws SQLException {
        ask("select pg_advisory_unlock(?, ?)", key);
    }

    /** Shares a lock, by which those who do can be counted. */
    public void share(int key) throws SQLException {
        ask("select pg_advisory_lock_shared(?, ?) is not null", key);
    }

    /** Says that this client lives, where it said nothing for a third of the time that it may be silent. */
    public void beat() throws SQLException {
        if (System.nanoTime() - answeredNanos < silence.toNanos() / 3) {
            return;
        }
        long asked = System.nanoTime();
        execute("select 1");
        answeredNanos = asked;
    }

    /** Whether nobody else can have taken over yet; counts from the last answer to one of this class's questions. */
    public boolean isSure() {
        return System.nanoTime() - answeredNanos < silence.toNanos() * 5 / 6;
    }

    /** Twice the same: a client that streams slowly is waited for now and then, too. */
    private void endSilent() throws SQLException {
        var seen = new HashSet<Silent>();
        try (PreparedStatement statement = connection.prepareStatement(SILENT)) {
            statement.setLong(1, LOCKS);
            statement.setLong(2, silence.toMillis());
            try (ResultSet result = statement.executeQuery()) {
                while (result.next()) {
                    seen.add(new Silent(result.getInt(1), result.getString(2)));
                }
            }
        }
        for (Silent silent : seen) {
            if (suspects.contains(silent)) {
                LOG.warn(
                        "A leader is silent within a statement; its session is ended, and another copy takes over"
                                + " [pid of the session: {}, statement since: {}]",
                        silent.pid(),
                        silent.since());
                execute("select pg_terminate_backend(" + silent.pid() + ")");
            }
        }
        suspects = Set.copyOf(seen);
        commit();
    }

    private boolean ask(String sql, int key) throws SQLException {
        long asked = System.nanoTime();
        boolean answer;
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setInt(1, LOCKS);
            statement.setInt(2, key);
            try (ResultSet result = statement.executeQuery()) {
                result.next();
                answer = result.getBoolean(1);
            }
        }
        commit();
        answeredNanos = asked;
        return answer;
    }

    private void execute(String... commands) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (String command : commands) {
                statement.execute(command);
            }
        }
        commit();
    }

    private void commit() throws SQLException {
        if (!connection.getAutoCommit()) {
            connection.commit();
        }
    }

    /** Leaves every lock, and undoes what is not committed. A connection that this cannot be said over is cut. */
    @Override
    public void close() {
        try {
            if (!connection.getAutoCommit()) {
                connection.rollback();
            }
            execute(
                    "select pg_advisory_unlock_all()",
                    "reset idle_session_timeout",
                    "reset idle_in_transaction_session_timeout");
        } catch (SQLException failure) {
            abort(failure);
        }
    }

    /** It must not go back into the pool with our locks on it. */
    private void abort(SQLException reason) {
        LOG.debug("A leader's connection is given up, and its locks with it", reason);
        try {
            connection.abort(Runnable::run);
        } catch (SQLException failure) {
            LOG.debug("The connection was broken already", failure);
        }
    }
}
