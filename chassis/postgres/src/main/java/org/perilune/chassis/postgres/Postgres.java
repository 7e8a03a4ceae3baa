package org.perilune.chassis.postgres;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.postgres.PostgresPlugin;
import org.perilune.chassis.runtime.Health;
import org.perilune.chassis.runtime.Threads;
import org.perilune.chassis.tls.TlsFailures;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A pool to the service's own database, migrated by Flyway. The database may be away at start and later: the pool
 * mends itself, migrations run as soon as they can, and {@link #problem} tells readiness. Safe for threads.
 */
public final class Postgres implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Postgres.class);
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);
    private static final Duration RETRY = Duration.ofMillis(500);
    private static final Duration FIRST_MIGRATION = Duration.ofSeconds(30);
    /** Beyond the time that the server gives a statement: a server that hangs ends none. */
    private static final Duration ANSWER_GRACE = Duration.ofSeconds(2);

    /** A client that vanished is noticed within some 8 s. */
    private static final String KEEP_ALIVE = "-c tcp_keepalives_idle=3 -c tcp_keepalives_interval=2"
            + " -c tcp_keepalives_count=2 -c tcp_user_timeout=7000 -c client_connection_check_interval=2000";

    private final HikariDataSource pool;
    private final PostgresConfig config;
    private final Jdbi jdbi;
    private final PostgresCheck check;
    private final CountDownLatch migrated;
    private final CountDownLatch closing = new CountDownLatch(1);
    private volatile boolean failed;
    private volatile String lastFailure = "The schema is not migrated yet";

    private Postgres(HikariDataSource pool, PostgresConfig config, CountDownLatch migrated) {
        this.pool = pool;
        this.config = config;
        this.check = new PostgresCheck(config);
        this.migrated = migrated;
        this.jdbi = Jdbi.create(pool).installPlugin(new PostgresPlugin()).setSqlLogger(new StatementSpans());
    }

    /**
     * @param migrations class-path folder of the service's own, such as {@code db/telemetry}; the class path is shared
     *     by all services, so the folder bears the service's name
     */
    public static Postgres open(PostgresConfig config, String migrations, MeterRegistry meters) {
        return open(config, List.of(migrations), meters);
    }

    /** @param migrations the service's own folder, and those of what it uses, such as {@code Outbox.SCHEMA} */
    public static Postgres open(PostgresConfig config, List<String> migrations, MeterRegistry meters) {
        var postgres = new Postgres(pool(config, config.user(), meters), config, new CountDownLatch(1));
        postgres.startMigrating(migrations);
        return postgres;
    }

    /**
     * Another pool to the same database, whose connections the other users of this one cannot take. Its schema is this
     * one's matter. The caller closes it.
     *
     * @param name of the pool, in metrics
     * @param poolSize connections at most
     */
    public Postgres beside(String name, int poolSize, MeterRegistry meters) {
        var own = new PostgresConfig(
                config.url(),
                config.user(),
                config.password(),
                poolSize,
                config.clientTimeout(),
                config.statementTimeout(),
                config.migrationTimeout(),
                config.tls());
        return new Postgres(pool(own, name, meters), own, migrated);
    }

    private static HikariDataSource pool(PostgresConfig config, String name, MeterRegistry meters) {
        var hikari = new HikariConfig();
        hikari.setJdbcUrl(config.url());
        hikari.setUsername(config.user());
        hikari.setPassword(config.password().reveal());
        // One of them is for readiness, apart from the pool.
        hikari.setMaximumPoolSize(Math.max(1, config.poolSize() - 1));
        hikari.setMinimumIdle(1);
        hikari.setPoolName(name);
        hikari.setConnectionTimeout(CONNECT_TIMEOUT.toMillis());
        hikari.setInitializationFailTimeout(-1);
        Duration answer = config.statementTimeout().plus(ANSWER_GRACE);
        hikari.addDataSourceProperty("socketTimeout", Long.toString(answer.toSeconds()));
        hikari.addDataSourceProperty("connectTimeout", "2");
        hikari.addDataSourceProperty("tcpKeepAlive", "true");
        hikari.addDataSourceProperty("ApplicationName", config.user());
        hikari.addDataSourceProperty("options", serverOptions(config));
        config.tlsProperties().forEach(hikari::addDataSourceProperty);
        hikari.setMetricRegistry(meters);
        return new HikariDataSource(hikari);
    }

    /**
     * How the server treats our sessions. One whose client vanished without a word would else keep its locks for the
     * two hours that the system's own keep-alive waits: within some 8 s the server sees that nobody answers any more,
     * in a statement, too. And a client that is stopped holds no row for longer than the client time-out.
     */
    private static String serverOptions(PostgresConfig config) {
        return String.join(
                " ",
                "-c statement_timeout=" + config.statementTimeout().toMillis(),
                "-c idle_in_transaction_session_timeout="
                        + config.clientTimeout().toMillis(),
                KEEP_ALIVE);
    }

    /** @return as {@link LeaderSession#on}, over this connection of the pool */
    public LeaderSession leaderSession(Connection connection) throws SQLException {
        return LeaderSession.on(connection, config);
    }

    public Jdbi jdbi() {
        return jdbi;
    }

    public DataSource dataSource() {
        return pool;
    }

    /** For {@link Health}: empty when the database answers and its schema is in place. */
    public Optional<String> problem() {
        if (migrated.getCount() > 0) {
            return Optional.of("PostgreSQL: " + lastFailure);
        }
        return check.problem();
    }

    /** Waits until the schema is in place, which may take as long as the database is away. */
    public void awaitMigrated() throws InterruptedException {
        migrated.await();
    }

    @Override
    public void close() {
        closing.countDown();
        check.close();
        pool.close();
    }

    /** Returns when it is done, failed once, or takes so long that the service starts without: probes must answer. */
    private void startMigrating(List<String> migrations) {
        var tried = new CountDownLatch(1);
        // Initializes many classes: virtual threads would hold their carriers while one waits for what another loads.
        Threads.startPlatform(config.user() + "-migrate", () -> {
            boolean done = migrate(migrations);
            tried.countDown();
            if (!done) {
                migrateUntilDone(migrations);
            }
        });
        try {
            if (!tried.await(FIRST_MIGRATION.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn(
                        "The schema is still being migrated; the service starts meanwhile [migrations: {}]",
                        migrations);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** A server that takes connections and answers nothing must not hold this for ever. */
    private static String migrationUrl(PostgresConfig config) {
        var tls = new StringBuilder();
        config.tlsProperties()
                .forEach((name, value) ->
                        tls.append('&').append(name).append('=').append(encoded(value)));
        return config.url() + (config.url().contains("?") ? "&" : "?") + "loginTimeout=4&connectTimeout=2"
                + "&tcpKeepAlive=true&socketTimeout="
                + config.migrationTimeout().toSeconds() + "&options=" + encoded(KEEP_ALIVE) + tls;
    }

    private static String encoded(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private void migrateUntilDone(List<String> migrations) {
        try {
            while (!closing.await(RETRY.toMillis(), TimeUnit.MILLISECONDS)) {
                if (migrate(migrations)) {
                    return;
                }
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean migrate(List<String> migrations) {
        try {
            Flyway.configure(Postgres.class.getClassLoader())
                    // Outside the pool: building an index may take longer than any statement of a request.
                    .dataSource(
                            migrationUrl(config),
                            config.user(),
                            config.password().reveal())
                    .locations(migrations.stream()
                            .map(folder -> "classpath:" + folder)
                            .toArray(String[]::new))
                    .load()
                    .migrate();
            migrated.countDown();
            if (failed) {
                LOG.info("The schema is migrated at last [migrations: {}]", migrations);
            }
            return true;
        } catch (RuntimeException failure) {
            boolean again = failed;
            failed = true;
            lastFailure = TlsFailures.reason(config.tls(), failure)
                    .lines()
                    .findFirst()
                    .orElse("");
            // Once in full; twice a second it would fill the disk. Readiness tells the rest.
            if (again) {
                LOG.debug("The schema could not be migrated yet [migrations: {}]", migrations, failure);
            } else {
                LOG.warn("The schema could not be migrated yet; trying again [migrations: {}]", migrations, failure);
            }
            return false;
        }
    }
}
