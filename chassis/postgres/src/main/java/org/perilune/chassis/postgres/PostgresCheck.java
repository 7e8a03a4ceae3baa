package org.perilune.chassis.postgres;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.tls.TlsFailures;

/**
 * Whether PostgreSQL answers, asked over a connection of its own: while all of the pool's are at work the service is
 * busy, and taking it out of service for that would only make the others busier. Safe for threads.
 */
final class PostgresCheck implements AutoCloseable {
    private static final Duration DEADLINE = Duration.ofSeconds(2);

    private final PostgresConfig config;
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable Connection connection; // guarded by lock
    private boolean closed; // guarded by lock

    PostgresCheck(PostgresConfig config) {
        this.config = config;
    }

    Optional<String> problem() {
        try {
            if (!lock.tryLock(DEADLINE.toMillis(), TimeUnit.MILLISECONDS)) {
                return Optional.of("PostgreSQL does not answer");
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            return Optional.of("PostgreSQL was not asked to the end");
        }
        try {
            return ask();
        } catch (SQLException failure) {
            return Optional.of("PostgreSQL is away: " + TlsFailures.reason(config.tls(), failure));
        } finally {
            lock.unlock();
        }
    }

    private Optional<String> ask() throws SQLException {
        Connection known = connection;
        if (known != null && known.isValid(1)) {
            return Optional.empty();
        }
        drop();
        if (closed) {
            return Optional.of("The service stops");
        }
        Connection fresh = open();
        connection = fresh;
        return fresh.isValid(1) ? Optional.empty() : Optional.of("PostgreSQL does not answer");
    }

    private Connection open() throws SQLException {
        var properties = new Properties();
        properties.setProperty("user", config.user());
        properties.setProperty("password", config.password().reveal());
        String seconds = Long.toString(DEADLINE.toSeconds());
        properties.setProperty("connectTimeout", seconds);
        properties.setProperty("loginTimeout", seconds);
        properties.setProperty("socketTimeout", seconds);
        properties.setProperty("tcpKeepAlive", "true");
        properties.setProperty("ApplicationName", config.user() + "-readiness");
        config.tlsProperties().forEach(properties::setProperty);
        return DriverManager.getConnection(config.url(), properties);
    }

    private void drop() {
        Connection last = connection;
        connection = null;
        if (last != null) {
            try {
                last.close();
            } catch (SQLException alreadyBroken) {
                // Nothing is left to close.
            }
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            drop();
        } finally {
            lock.unlock();
        }
    }
}
