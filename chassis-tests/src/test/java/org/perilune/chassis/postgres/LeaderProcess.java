package org.perilune.chassis.postgres;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.perilune.chassis.settings.Secret;
import org.postgresql.PGConnection;

/** A copy of a service in a process of its own, which holds a lock until it is told that it lost it. */
final class LeaderProcess {
    static final String HOLDS = "holds";
    static final String FENCED = "fenced";

    private LeaderProcess() {}

    /** What it does while it has the lock. */
    enum Mode {
        /** Leads, and says so now and then. */
        LEADER,
        /** Leads, and is in the midst of a COPY, within which the server obeys no time-out. */
        COPIER,
        /** Holds a lock over an ordinary connection of the pool, and says nothing. */
        IDLE,
        /** The same, in the midst of a statement. */
        BUSY
    }

    /** @param arguments url, user, password, client time-out in ms, key, mode */
    public static void main(String... arguments) throws Exception {
        var config = new PostgresConfig(
                arguments[0],
                arguments[1],
                new Secret(arguments[2]),
                2,
                Duration.ofMillis(Long.parseLong(arguments[3])),
                Duration.ofSeconds(10),
                Duration.ofMinutes(1));
        int key = Integer.parseInt(arguments[4]);
        try (Postgres postgres = Postgres.open(config, "db/chassis", new SimpleMeterRegistry());
                Connection connection = postgres.dataSource().getConnection()) {
            switch (Mode.valueOf(arguments[5])) {
                case LEADER -> lead(postgres, connection, key);
                case COPIER -> copy(postgres, connection, key);
                case IDLE -> hold(connection, key, "select 1");
                case BUSY -> hold(connection, key, "set statement_timeout = 0; select pg_sleep(600)");
            }
        }
    }

    private static void lead(Postgres postgres, Connection connection, int key) throws Exception {
        try (LeaderSession session = postgres.leaderSession(connection)) {
            session.take(key);
            System.out.println(HOLDS);
            while (session.isSure()) {
                session.beat();
                TimeUnit.MILLISECONDS.sleep(100);
            }
            // What a leader that does not look would do.
            write(connection);
        }
    }

    private static void write(Connection connection) {
        try (Statement statement = connection.createStatement()) {
            statement.execute("insert into things values ('late')");
        } catch (SQLException lost) {
            System.out.println(FENCED);
        }
    }

    private static void copy(Postgres postgres, Connection connection, int key) throws Exception {
        connection.setAutoCommit(false);
        try (LeaderSession session = postgres.leaderSession(connection)) {
            session.take(key);
            var copy = connection.unwrap(PGConnection.class).getCopyAPI().copyIn("copy things from stdin");
            byte[] row = "1000\n".getBytes(StandardCharsets.UTF_8);
            copy.writeToCopy(row, 0, row.length);
            copy.flushCopy();
            System.out.println(HOLDS);
            TimeUnit.DAYS.sleep(1);
        }
    }

    private static void hold(Connection connection, int key, String then) throws Exception {
        try (Statement statement = connection.createStatement()) {
            statement.execute("select pg_advisory_lock(" + LeaderSession.LOCKS + ", " + key + ")");
            System.out.println(HOLDS);
            statement.execute(then);
            TimeUnit.DAYS.sleep(1);
        }
    }
}
