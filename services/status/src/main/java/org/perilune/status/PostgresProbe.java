package org.perilune.status;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.postgres.PostgresConfig;

/** Asks PostgreSQL over a connection of its own, kept open: a new one would cost the server a process each time. */
final class PostgresProbe implements Probe {
    private final PostgresConfig config;
    private @Nullable Connection connection;

    PostgresProbe(PostgresConfig config) {
        this.config = config;
    }

    @Override
    public Finding look() throws SQLException {
        try (var statement = opened().createStatement();
                var row = statement.executeQuery("""
                        select current_setting('server_version'),
                               extract(epoch from now() - pg_postmaster_start_time())::bigint
                        """)) {
            row.next();
            return Finding.works("PostgreSQL " + row.getString(1).split(" ", 2)[0] + " works", row.getLong(2), null);
        } catch (SQLException failure) {
            close();
            throw failure;
        }
    }

    private Connection opened() throws SQLException {
        Connection open = connection;
        if (open == null) {
            var login = new Properties();
            login.setProperty("user", config.user());
            login.setProperty("password", config.password().reveal());
            login.setProperty("connectTimeout", "1");
            login.setProperty("socketTimeout", "1");
            login.setProperty("ApplicationName", "status");
            config.tlsProperties().forEach(login::setProperty);
            open = DriverManager.getConnection(config.url(), login);
            connection = open;
        }
        return open;
    }

    @Override
    public void close() {
        try (Connection _ = connection) {
            connection = null;
        } catch (SQLException ignored) {
            // It was broken already, or the server ends it when the socket is gone.
        }
    }
}
