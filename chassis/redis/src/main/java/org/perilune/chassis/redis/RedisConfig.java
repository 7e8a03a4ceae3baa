package org.perilune.chassis.redis;

import org.perilune.chassis.settings.Secret;
import org.perilune.chassis.settings.Settings;
import org.perilune.chassis.tls.TlsConfig;

/** Where Redis is, and who we are there. */
public record RedisConfig(String host, int port, String user, Secret password, TlsConfig tls) {
    /** Without TLS. */
    public RedisConfig(String host, int port, String user, Secret password) {
        this(host, port, user, password, TlsConfig.OFF);
    }

    /**
     * Reads {@code redis.host}, {@code .port}, {@code .user}, {@code .password} (or {@code .password-file}), {@code
     * .tls.*}.
     */
    public static RedisConfig read(Settings in) {
        return new RedisConfig(
                in.text("redis.host", "127.0.0.1"),
                in.port("redis.port", 6379),
                in.text("redis.user"),
                in.secret("redis.password"),
                TlsConfig.read(in, "redis"));
    }
}
