package org.perilune.chassis.redis;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.runtime.Health;
import org.perilune.chassis.tls.TlsContext;
import org.perilune.chassis.tls.TlsFailures;
import redis.clients.jedis.ConnectionPoolConfig;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.exceptions.JedisException;

/** A pool for short commands, and connections of one's own for blocking reads and pipelines. Safe for threads. */
public final class Redis implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final int POOL_SIZE = 16;

    private final RedisConfig config;
    private final RedisClient client;
    private final @Nullable TlsContext tls;
    private final RedisRules rules = new RedisRules();

    private Redis(RedisConfig config, @Nullable TlsContext tls, RedisClient client) {
        this.config = config;
        this.tls = tls;
        this.client = client;
    }

    /** Opens no connection yet: Redis may be away. */
    public static Redis open(RedisConfig config) {
        var poolConfig = new ConnectionPoolConfig();
        poolConfig.setMaxTotal(POOL_SIZE);
        poolConfig.setMaxWait(TIMEOUT);
        poolConfig.setTestOnBorrow(false);
        TlsContext tls = config.tls().enabled() ? TlsContext.open(config.tls()) : null;
        RedisClient client = RedisClient.builder()
                .hostAndPort(config.host(), config.port())
                .clientConfig(clientConfig(config, tls, TIMEOUT))
                .poolConfig(poolConfig)
                .build();
        return new Redis(config, tls, client);
    }

    /** Pooled; for short commands. */
    public RedisClient client() {
        return client;
    }

    /**
     * A connection of the caller's own, not safe for threads, closed by the caller.
     *
     * @param timeout longest wait for an answer; longer than what a blocking command blocks
     * @throws JedisException if Redis is away
     */
    public Jedis dedicated(Duration timeout) {
        var jedis = new Jedis(new HostAndPort(config.host(), config.port()), clientConfig(config, tls, timeout));
        jedis.connect();
        return jedis;
    }

    /** For {@link Health}: empty when Redis answers, and keeps what it acknowledges. */
    public Optional<String> problem() {
        try {
            client.ping();
            return rules.problem(client);
        } catch (JedisException failure) {
            return Optional.of("Redis is away: " + TlsFailures.reason(config.tls(), failure));
        }
    }

    @Override
    public void close() {
        client.close();
    }

    private static DefaultJedisClientConfig clientConfig(
            RedisConfig config, @Nullable TlsContext tls, Duration timeout) {
        var client = DefaultJedisClientConfig.builder()
                // Redis 7 speaks the older protocol as well, and the single connections know no other.
                .autoNegotiateProtocol(false)
                .user(config.user())
                .password(config.password().reveal())
                .connectionTimeoutMillis((int) TIMEOUT.toMillis())
                .socketTimeoutMillis((int) timeout.toMillis());
        return (tls == null ? client : encrypted(client, tls)).build();
    }

    @SuppressWarnings("deprecation") // What is to take its place, SslOptions, reads key stores, and once.
    private static DefaultJedisClientConfig.Builder encrypted(DefaultJedisClientConfig.Builder client, TlsContext tls) {
        return client.ssl(true).sslSocketFactory(tls.socketFactory());
    }
}
