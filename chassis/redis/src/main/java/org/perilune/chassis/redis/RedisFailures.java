package org.perilune.chassis.redis;

import org.perilune.chassis.runtime.DriverFailures;
import redis.clients.jedis.exceptions.JedisException;

/** What failures of Redis and its driver mean. Redis undoes nothing, so that of a change nobody can say what came of it. */
public final class RedisFailures implements DriverFailures {
    @Override
    public boolean isAway(Throwable failure) {
        return failure instanceof JedisException;
    }
}
