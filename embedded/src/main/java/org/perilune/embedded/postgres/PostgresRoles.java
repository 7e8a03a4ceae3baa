package org.perilune.embedded.postgres;

import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashSet;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import org.perilune.embedded.host.BackendsException;
import org.perilune.embedded.host.ScramVerifier;
import org.perilune.embedded.host.Secrets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One role and one database a service; nobody can connect to another's. Can be repeated harmlessly. */
public final class PostgresRoles {
    private static final Logger LOG = LoggerFactory.getLogger(PostgresRoles.class);

    private PostgresRoles() {}

    public static String secret(String database) {
        return database + ".postgres";
    }

    public static void make(int port, Secrets secrets, List<String> databases) throws IOException {
        try (Connection connection = connect(port, secrets);
                Statement statement = connection.createStatement()) {
            Set<String> roles = names(statement, "select rolname from pg_roles");
            Set<String> present = names(statement, "select datname from pg_database");
            statement.execute("revoke connect on database postgres, template1 from public");
            for (String database : databases) {
                if (!roles.contains(database)) {
                    statement.execute("create role " + database + " login");
                }
                // Hashed on our side: neither the server nor its log ever sees it.
                String verifier =
                        ScramVerifier.of(secrets.value(secret(database))).postgresql();
                statement.execute("alter role " + database + " password '" + verifier + "'");
                if (!present.contains(database)) {
                    statement.execute("create database " + database + " owner " + database);
                }
                statement.execute("revoke connect, temporary on database " + database + " from public");
            }
        } catch (SQLException failure) {
            throw new BackendsException(
                    "Could not make PostgreSQL's roles and databases: " + failure.getMessage(), failure);
        }
    }

    /** Has what is in memory only written to the tables, and does not wait for it. That it fails changes nothing. */
    public static void startCheckpoint(int port, Secrets secrets) {
        Thread.ofVirtual().name("embedded-checkpoint").start(() -> {
            try (Connection connection = connect(port, secrets);
                    Statement statement = connection.createStatement()) {
                statement.execute("checkpoint");
            } catch (IOException | SQLException failure) {
                LOG.debug("PostgreSQL writes when it is stopped, not before", failure);
            }
        });
    }

    private static Connection connect(int port, Secrets secrets) throws IOException, SQLException {
        var login = new Properties();
        login.setProperty("user", PostgresServer.SUPERUSER);
        login.setProperty("password", PostgresServer.superuserPassword(secrets));
        login.setProperty("connectTimeout", "5");
        return DriverManager.getConnection("jdbc:postgresql://127.0.0.1:" + port + "/postgres", login);
    }

    private static Set<String> names(Statement statement, String question) throws SQLException {
        var names = new HashSet<String>();
        try (var rows = statement.executeQuery(question)) {
            while (rows.next()) {
                names.add(rows.getString(1));
            }
        }
        return names;
    }
}
