package org.perilune.chassis.redis;

import java.util.Optional;
import org.perilune.chassis.runtime.DriverFailures;
import redis.clients.jedis.exceptions.JedisException;

/** What failures of Redis and its driver mean. */
public final class RedisFailures implements DriverFailures {
    @Override
    public Optional<String> away(Throwable failure) {
        return failure instanceof JedisException ? Optional.of("Redis is away; try again shortly.") : Optional.empty();
    }
}
