package org.perilune.chassis.postgres;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.runtime.Health;
import org.perilune.chassis.runtime.Loop;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells which things changed, in whatever copy of the service: PostgreSQL passes ids on when the changing transaction
 * commits. One connection of its own, opened again for ever. Safe for threads.
 */
public final class NotificationListener implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NotificationListener.class);
    /** A payload holds 8,000 bytes at most; an id with its comma has 37. */
    private static final int IDS_AT_ONCE = 200;

    /** A connection that is silent for so long is asked whether it still lives. */
    private static final int QUIET_MILLIS = 5_000;

    private final PostgresConfig config;
    private final String channel;
    private final List<Consumer<List<UUID>>> listeners = new CopyOnWriteArrayList<>();
    private volatile @Nullable Connection current;
    private volatile @Nullable Loop loop;

    private NotificationListener(PostgresConfig config, String channel) {
        this.config = config;
        this.channel = channel;
    }

    /**
     * Returns at once even where the database is away.
     *
     * @param channel a lower-case word of letters and '_', which those who tell of changes name, too
     */
    public static NotificationListener open(PostgresConfig config, String channel) {
        var changes = new NotificationListener(config, channel);
        changes.loop = Loop.start(config.user() + "-changes", changes::follow);
        return changes;
    }

    /**
     * @param listener called with the ids of what changed, by one thread, so it must be quick; with none after every
     *     (re)connect: anything may have changed meanwhile
     */
    public void onChange(Consumer<List<UUID>> listener) {
        listeners.add(listener);
    }

    /** For {@link Health}: empty while changes are followed. */
    public Optional<String> problem() {
        Loop running = loop;
        return running == null ? Optional.empty() : running.problem();
    }

    /** Says at commit of the handle's transaction that these changed. */
    public static void notify(Handle handle, String channel, Collection<UUID> ids) {
        var all = List.copyOf(ids);
        for (int from = 0; from < all.size(); from += IDS_AT_ONCE) {
            String payload = all.subList(from, Math.min(all.size(), from + IDS_AT_ONCE)).stream()
                    .map(UUID::toString)
                    .collect(Collectors.joining(","));
            handle.execute("select pg_notify(?, ?)", channel, payload);
        }
    }

    @Override
    public void close() {
        Loop running = loop;
        if (running == null) {
            return;
        }
        running.expectEnd();
        cut(); // whoever listens would wait for seconds
        running.close();
        cut(); // what was opened meanwhile
    }

    private void cut() {
        Connection open = current;
        if (open != null) {
            try {
                open.abort(Runnable::run);
            } catch (SQLException failure) {
                LOG.debug("The listening connection could not be cut", failure);
            }
        }
    }

    /** Connects, or waits for what comes next: a turn that ends well says that changes are followed. */
    private Duration follow() throws SQLException {
        Connection connection = current;
        if (connection == null) {
            current = connect();
            tell(List.of());
            return Duration.ZERO;
        }
        try {
            listen(connection);
            return Duration.ZERO;
        } catch (SQLException | RuntimeException broken) {
            current = null;
            connection.abort(Runnable::run); // close() would wait for an answer
            throw broken;
        }
    }

    private Connection connect() throws SQLException {
        var properties = new Properties();
        properties.setProperty("user", config.user());
        properties.setProperty("password", config.password().reveal());
        properties.setProperty("connectTimeout", "2");
        properties.setProperty("socketTimeout", "10");
        properties.setProperty("tcpKeepAlive", "true");
        properties.setProperty("ApplicationName", config.user() + "-changes");
        config.tlsProperties().forEach(properties::setProperty);
        Connection connection = DriverManager.getConnection(config.url(), properties);
        try (Statement statement = connection.createStatement()) {
            statement.execute("listen " + channel);
            return connection;
        } catch (SQLException failure) {
            connection.close();
            throw failure;
        }
    }

    private void listen(Connection connection) throws SQLException {
        PGNotification[] notes = connection.unwrap(PGConnection.class).getNotifications(QUIET_MILLIS);
        if (notes == null || notes.length == 0) {
            if (!connection.isValid(2)) {
                throw new SQLException("The connection has died");
            }
            return;
        }
        var ids = new ArrayList<UUID>();
        for (PGNotification note : notes) {
            read(note.getParameter(), ids);
        }
        tell(List.copyOf(ids));
    }

    /** What is no list of ids makes everybody look for whatever may have changed. */
    private void read(String payload, List<UUID> ids) {
        try {
            Arrays.stream(payload.split(",")).map(UUID::fromString).forEach(ids::add);
        } catch (IllegalArgumentException malformed) {
            LOG.warn("A notification holds something else than ids [channel: {}]", channel, malformed);
            tell(List.of());
        }
    }

    private void tell(List<UUID> ids) {
        for (Consumer<List<UUID>> listener : listeners) {
            try {
                listener.accept(ids);
            } catch (RuntimeException failure) {
                LOG.error("A listener to changes failed", failure);
            }
        }
    }
}
