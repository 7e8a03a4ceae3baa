package org.perilune.pad;

import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashSet;
import java.util.List;
import java.util.Properties;
import java.util.Set;

/** One role and one database a service; nobody can connect to another's. Can be repeated harmlessly. */
final class PostgresRoles {
    private PostgresRoles() {}

    static String secret(String database) {
        return database + ".postgres";
    }

    static void make(int port, Secrets secrets, List<String> databases) throws IOException {
        var login = new Properties();
        login.setProperty("user", PostgresServer.SUPERUSER);
        login.setProperty("password", PostgresServer.superuserPassword(secrets));
        login.setProperty("connectTimeout", "5");
        String url = "jdbc:postgresql://127.0.0.1:" + port + "/postgres";
        try (Connection connection = DriverManager.getConnection(url, login);
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
            throw new PadException("Could not make PostgreSQL's roles and databases: " + failure.getMessage(), failure);
        }
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
