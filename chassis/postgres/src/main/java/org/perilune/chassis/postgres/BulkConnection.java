package org.perilune.chassis.postgres;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;

/** A connection for what copies whole tables: outside of any pool, and no statement is cut off for taking long. */
public final class BulkConnection {
    private BulkConnection() {}

    /**
     * The caller closes it.
     *
     * @param application what the server's list of sessions calls it
     * @throws SQLException where the server is away or refuses us
     */
    public static Connection open(PostgresConfig config, String application) throws SQLException {
        var properties = new Properties();
        properties.setProperty("user", config.user());
        properties.setProperty("password", config.password().reveal());
        properties.setProperty("ApplicationName", application);
        properties.setProperty("connectTimeout", "5");
        properties.setProperty("loginTimeout", "10");
        properties.setProperty("tcpKeepAlive", "true");
        properties.setProperty(
                "options",
                "-c statement_timeout=0 -c idle_in_transaction_session_timeout=0 -c tcp_keepalives_idle=30"
                        + " -c client_connection_check_interval=10000");
        config.tlsProperties().forEach(properties::setProperty);
        return DriverManager.getConnection(config.url(), properties);
    }
}
