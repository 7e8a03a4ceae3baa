package org.perilune.chassis.postgres;

import java.time.Duration;
import java.util.Map;
import java.util.regex.Pattern;
import org.perilune.chassis.settings.Secret;
import org.perilune.chassis.settings.Settings;
import org.perilune.chassis.tls.TlsConfig;

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
 * @param tls of every connection
 */
public record PostgresConfig(
        String url,
        String user,
        Secret password,
        int poolSize,
        Duration clientTimeout,
        Duration statementTimeout,
        Duration migrationTimeout,
        TlsConfig tls) {
    private static final Pattern OWN_TLS = Pattern.compile("[?&]ssl", Pattern.CASE_INSENSITIVE);
    private static final Duration CLIENT_TIMEOUT = Duration.ofSeconds(6);
    private static final Duration SHORTEST_CLIENT_TIMEOUT = Duration.ofSeconds(2);
    private static final Duration STATEMENT_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration SHORTEST_STATEMENT_TIMEOUT = Duration.ofSeconds(1);
    private static final Duration MIGRATION_TIMEOUT = Duration.ofMinutes(30);

    /** Without TLS. */
    public PostgresConfig(
            String url,
            String user,
            Secret password,
            int poolSize,
            Duration clientTimeout,
            Duration statementTimeout,
            Duration migrationTimeout) {
        this(url, user, password, poolSize, clientTimeout, statementTimeout, migrationTimeout, TlsConfig.OFF);
    }

    /** With the default time-outs, without TLS. */
    public PostgresConfig(String url, String user, Secret password, int poolSize) {
        this(url, user, password, poolSize, CLIENT_TIMEOUT, STATEMENT_TIMEOUT, MIGRATION_TIMEOUT);
    }

    /**
     * Reads {@code postgres.url}, {@code .user}, {@code .password} (or {@code .password-file}), {@code .pool-size},
     * {@code .client-timeout}, {@code .statement-timeout}, {@code .migration-timeout}, {@code .tls.*}.
     */
    public static PostgresConfig read(Settings in, int defaultPoolSize) {
        var config = new PostgresConfig(
                in.text("postgres.url"),
                in.text("postgres.user"),
                in.secret("postgres.password"),
                in.integer("postgres.pool-size", defaultPoolSize, 1, 100),
                in.duration("postgres.client-timeout", CLIENT_TIMEOUT),
                in.duration("postgres.statement-timeout", STATEMENT_TIMEOUT),
                in.duration("postgres.migration-timeout", MIGRATION_TIMEOUT),
                TlsConfig.read(in, "postgres"));
        if (config.tls().enabled() && OWN_TLS.matcher(config.url()).find()) {
            in.fault(
                    "postgres.url",
                    "must say nothing of ssl where postgres.tls.enabled is true: it would count instead");
        }
        if (config.clientTimeout().compareTo(SHORTEST_CLIENT_TIMEOUT) < 0) {
            in.fault("postgres.client-timeout", "must be " + SHORTEST_CLIENT_TIMEOUT + " or more");
        }
        if (config.statementTimeout().compareTo(SHORTEST_STATEMENT_TIMEOUT) < 0) {
            in.fault("postgres.statement-timeout", "must be " + SHORTEST_STATEMENT_TIMEOUT + " or more");
        }
        return config;
    }

    /** What pgjdbc is told for TLS, beside user and password; nothing where connections are plain. */
    public Map<String, String> tlsProperties() {
        return tls.enabled()
                ? Map.of(
                        "sslmode",
                        "verify-full",
                        "sslfactory",
                        PostgresSockets.class.getName(),
                        "sslfactoryarg",
                        PostgresSockets.text(tls))
                : Map.of();
    }
}
