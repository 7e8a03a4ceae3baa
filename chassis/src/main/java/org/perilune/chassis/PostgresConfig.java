package org.perilune.chassis;

/**
 * A service's own database.
 *
 * @param url such as {@code jdbc:postgresql://127.0.0.1:15432/telemetry}
 * @param poolSize connections at most
 */
public record PostgresConfig(String url, String user, Secret password, int poolSize) {
    /** Reads {@code postgres.url}, {@code .user}, {@code .password} (or {@code .password-file}), {@code .pool-size}. */
    public static PostgresConfig read(Settings in, int defaultPoolSize) {
        return new PostgresConfig(
                in.text("postgres.url"),
                in.text("postgres.user"),
                in.secret("postgres.password"),
                in.integer("postgres.pool-size", defaultPoolSize, 1, 100));
    }
}
