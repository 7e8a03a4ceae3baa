package org.perilune.chassis.postgres;

import java.time.Duration;
import org.perilune.chassis.settings.Secret;
import org.perilune.chassis.settings.Settings;

/**
 * A service's own database.
 *
 * @param url such as {@code jdbc:postgresql://127.0.0.1:15432/telemetry}
 * @param poolSize connections at most, one of which is for readiness where there are several
 * @param clientTimeout after so long the server ends a session whose client is silent: a leader's, at any time (see
 *     {@link LeaderSession}); others' within a transaction
 * @param statementTimeout the server ends a statement of a request that takes longer; whoever waits for an answer waits
 *     two seconds more, for a server that hangs ends nothing
 * @param migrationTimeout the longest that one statement of a migration may take
 */
public record PostgresConfig(
        String url,
        String user,
        Secret password,
        int poolSize,
        Duration clientTimeout,
        Duration statementTimeout,
        Duration migrationTimeout) {
    private static final Duration CLIENT_TIMEOUT = Duration.ofSeconds(6);
    private static final Duration SHORTEST_CLIENT_TIMEOUT = Duration.ofSeconds(2);
    private static final Duration STATEMENT_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration SHORTEST_STATEMENT_TIMEOUT = Duration.ofSeconds(1);
    private static final Duration MIGRATION_TIMEOUT = Duration.ofMinutes(30);

    /** With the default time-outs. */
    public PostgresConfig(String url, String user, Secret password, int poolSize) {
        this(url, user, password, poolSize, CLIENT_TIMEOUT, STATEMENT_TIMEOUT, MIGRATION_TIMEOUT);
    }

    /**
     * Reads {@code postgres.url}, {@code .user}, {@code .password} (or {@code .password-file}), {@code .pool-size},
     * {@code .client-timeout}, {@code .statement-timeout}, {@code .migration-timeout}.
     */
    public static PostgresConfig read(Settings in, int defaultPoolSize) {
        var config = new PostgresConfig(
                in.text("postgres.url"),
                in.text("postgres.user"),
                in.secret("postgres.password"),
                in.integer("postgres.pool-size", defaultPoolSize, 1, 100),
                in.duration("postgres.client-timeout", CLIENT_TIMEOUT),
                in.duration("postgres.statement-timeout", STATEMENT_TIMEOUT),
                in.duration("postgres.migration-timeout", MIGRATION_TIMEOUT));
        if (config.clientTimeout().compareTo(SHORTEST_CLIENT_TIMEOUT) < 0) {
            in.fault("postgres.client-timeout", "must be " + SHORTEST_CLIENT_TIMEOUT + " or more");
        }
        if (config.statementTimeout().compareTo(SHORTEST_STATEMENT_TIMEOUT) < 0) {
            in.fault("postgres.statement-timeout", "must be " + SHORTEST_STATEMENT_TIMEOUT + " or more");
        }
        return config;
    }
}
